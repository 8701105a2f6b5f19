package io.cancelscope.spring.jdbc;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Keeps our interrupts away from a driver while it talks to the database. An interrupt
 * stops no statement, but it closes the socket of a virtual thread and the file of an
 * embedded database, and the connection with them. A shield does that; its scope is not
 * one that listeners or metrics would want to hear of, so it is none of the application's
 * {@code CancelScopes}.
 */
final class MaskedCalls {

	private static final CancelScopes scopes = CancelScopes.create();

	private static final ScopeOptions SHIELD = ScopeOptions.named("jdbc").shield().cancelOnException(false);

	private MaskedCalls() {
	}

	static @Nullable Object call(StatementExecution.Call call) throws Throwable {
		OpenScope shield = scopes.open(SHIELD);
		try (shield) {
			return call.proceed();
		}
	}

}
