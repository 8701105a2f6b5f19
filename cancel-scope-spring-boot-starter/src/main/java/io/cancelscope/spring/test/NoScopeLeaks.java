package io.cancelscope.spring.test;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.testing.ScopeLeaks;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails each test that leaves a scope on its thread, a set interrupt flag, or an open
 * scope on another thread. The message contains the scope, the thread and the remedy. The
 * check runs after all {@code @AfterEach} methods, and waits up to one second for other
 * threads to close their scopes. What it finds is removed, so that only this test fails.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;ExtendWith(NoScopeLeaks.class)
 * class QuoteServiceTests {
 *
 * }</pre>
 * <p>
 * In a test with an application context, it watches all scopes of the
 * {@code CancelScopes} bean, and scopes of other instances that have its
 * {@link #listener()}. If JUnit's automatic detection registers it instead of
 * {@code @ExtendWith}, it watches threads and the latter scopes only. Scopes are assigned
 * to a test by the time of their opening, so do not run tests with this extension in
 * parallel.
 */
public final class NoScopeLeaks implements BeforeEachCallback, AfterEachCallback {

	private static final ScopeLeaks LEAKS = new ScopeLeaks();

	private static final Namespace NAMESPACE = Namespace.create(NoScopeLeaks.class);

	/**
	 * Returns the listener for {@code CancelScopes.builder().listener(…)} in tests that
	 * build their own instance.
	 * @return the listener, the same for all tests
	 */
	public static CancelScopeListener listener() {
		return LEAKS;
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		context.getStore(NAMESPACE).put(ScopeLeaks.Watch.class, LEAKS.watch());
	}

	@Override
	public void afterEach(ExtensionContext context) {
		ScopeLeaks.Watch watch = context.getStore(NAMESPACE).get(ScopeLeaks.Watch.class, ScopeLeaks.Watch.class);
		if (watch != null) {
			watch.check();
		}
	}

}
