package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeFailures;

/**
 * Interrupts a call that goes on although its library was told to stop it, such as one
 * that pauses before another attempt. A library that can stop a call is always told
 * first: an interrupt in a place that the library has not thought of can cost it a
 * connection.
 */
final class LateInterrupt {

	private static final Duration PATIENCE = Duration.ofMillis(50);

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final ScopeOptions OPTIONS = ScopeOptions.named("stopped HTTP call")
		.detached()
		.exception(StillInside::new);

	/** The library was told to stop the call when this has a deadline. */
	private final OpenScope scope = SCOPES.openUnbound(OPTIONS);

	/**
	 * Makes the call. An interruption of this one's own comes out as the library's
	 * exception, for whoever told the library to translate.
	 */
	<T> T call(CancelScope.Operation<T, IOException> call) throws IOException {
		OpenScope scope = this.scope;
		try (scope) {
			return scope.interruptibly(call);
		}
		catch (StillInside ex) {
			ScopeCancelledException own = Objects.requireNonNull(ScopeCancelledException.findIn(ex));
			Throwable interruption = own.getCause();
			throw ScopeFailures.<RuntimeException>sneakyThrow((interruption != null) ? interruption : ex);
		}
	}

	/** The library has been told, or is being told, to stop the call. */
	void expectEnd() {
		this.scope.reschedule(PATIENCE);
	}

	private static final class StillInside extends RuntimeException {

		private static final long serialVersionUID = 1L;

		StillInside(CancelReason reason) {
			super(reason.message());
		}

	}

}
