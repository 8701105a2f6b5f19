package io.cancelscope.spring.r2dbc;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Stops what a connection executes, at its database.
 */
interface ServerStop {

	/** For drivers that cannot. */
	ServerStop NONE = Mono::empty;

	/**
	 * Returns what has to be done before the first statement that may be stopped.
	 * @return the preparation, or {@code null} if there is nothing to do
	 */
	default @Nullable Mono<Void> preparation() {
		return null;
	}

	/**
	 * Asks the database to stop. Completes when no later statement can be reached by it.
	 * @return the request, which is sent on subscription
	 */
	Mono<Void> stop();

}
