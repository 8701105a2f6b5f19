package io.cancelscope.spring.test;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.testing.ScopeLeaks;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails each test that leaves a scope on its thread, an interrupt flag set, or a scope
 * open elsewhere, and says which, where and what to do. It looks after all
 * {@code @AfterEach} methods, and gives other threads a second to close what they have
 * open. What it finds it takes away, so that only the test that left it fails.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;ExtendWith(NoScopeLeaks.class)
 * class QuoteServiceTests {
 *
 * }</pre>
 * <p>
 * On a test with an application context it watches all scopes of the {@code CancelScopes}
 * bean; of others those that were given its {@link #listener()}. Registered by JUnit's
 * automatic detection instead of by {@code @ExtendWith}, it looks at threads and at those
 * only. Threads are judged by the test's own; scopes by the time they were opened, so
 * don't run tests with it at the same time.
 */
public final class NoScopeLeaks implements BeforeEachCallback, AfterEachCallback {

	private static final ScopeLeaks LEAKS = new ScopeLeaks();

	private static final Namespace NAMESPACE = Namespace.create(NoScopeLeaks.class);

	/**
	 * Returns what to give to {@code CancelScopes.builder().listener(…)}, in tests that
	 * build their own.
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
