package io.cancelscope.spring.httpclient;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the interrupts of scopes from one thread for a while: of the call's own scope and
 * of those around it. What came meanwhile is delivered at the end. Other interrupts pass.
 */
final class InterruptMask {

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final ScopeOptions SHIELD = ScopeOptions.named("waiting for a connection").shield();

	private @Nullable OpenScope shield;

	void begin() {
		if (this.shield == null) {
			this.shield = SCOPES.open(SHIELD);
		}
	}

	void end() {
		OpenScope shield = this.shield;
		if (shield != null) {
			this.shield = null;
			shield.close();
		}
	}

}
