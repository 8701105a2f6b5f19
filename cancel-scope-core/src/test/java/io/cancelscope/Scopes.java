package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.ManualTime;

/**
 * What nearly every test starts with.
 */
final class Scopes {

	static final Duration SECOND = Duration.ofSeconds(1);

	private Scopes() {
	}

	/**
	 * Scopes on a time of the test's, whose callbacks run on the thread that advances.
	 */
	static CancelScopes on(ManualTime time) {
		return CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
	}

	/** Opens a child of a scope other than the current one. */
	static OpenScope openIn(CancelScope parent, CancelScopes scopes, ScopeOptions options) {
		try (CancelScope.Registration attached = parent.attach()) {
			assert attached != null;
			return scopes.openUnbound(options);
		}
	}

	/** What hangs below a scope, for tests that look at what is listed there. */
	static Links linksOf(CancelScope scope) {
		return ((ScopeNode) scope).links();
	}

	static Duration seconds(long seconds) {
		return Duration.ofSeconds(seconds);
	}

}
