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
 * Lets a test own the time of the {@code CancelScopes} bean: on a test class, it adds a
 * {@link ManualTime} bean to inject, and the application's budgets run out when the test
 * advances it, and at no other time. What a deadline sets off (callbacks, interrupts) has
 * happened when {@code advance} returns: it happens on the advancing thread. Callbacks
 * run as those of {@link ManualTime#scopes()} do, never inside a task of the timer.
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
 * The time is the application context's, and like that it is shared by the tests that
 * share the context: it goes on where the last test left it, and never goes back, because
 * the application may have scopes open on it. Deadlines don't mind, they are differences.
 * A test that wants a clock at zero wants a context of its own ({@code @DirtiesContext}).
 * <p>
 * A {@code CancelScopes} bean of your own is left alone: give it the {@code TimeSource}
 * bean.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(ManualTimeConfiguration.class)
public @interface AutoConfigureManualTime {

}
