package io.cancelscope.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.cancelscope.testing.ManualTime;

import org.springframework.context.annotation.Import;

/**
 * Gives a test control over the time of the {@code CancelScopes} bean. On a test class,
 * it adds a {@link ManualTime} bean. The budgets of the application expire only when the
 * test advances that time. The effects of a deadline, such as callbacks and interrupts,
 * occur on the advancing thread before {@code advance} returns. Callbacks run as with
 * {@link ManualTime#scopes()}, never inside a task of the timer.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureManualTime
 * class QuoteServiceTests {
 *
 *     &#064;Autowired
 *     ManualTime time;
 *
 * }</pre>
 * <p>
 * The time belongs to the application context, and tests that share the context share it.
 * It continues from the previous test and never moves back, because the application can
 * have open scopes. This does not affect deadlines, which are differences. A test that
 * needs a clock at zero requires a separate context ({@code @DirtiesContext}).
 * <p>
 * A custom {@code CancelScopes} bean is not changed. Create it with the
 * {@code TimeSource} bean.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(ManualTimeConfiguration.class)
public @interface AutoConfigureManualTime {

}
