package io.cancelscope;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * State of a scope at one moment, for code that displays or measures scopes. Code that
 * works inside a scope does not need it. Instances are immutable. They refer to the
 * parent scope and to the thread, so do not store them.
 * <p>
 * Time and thread are recorded only if a {@link CancelScopeListener} is registered, since
 * recording takes time. If all listeners receive
 * {@linkplain CancelScopeListener#onlyCancellations() only cancellations}, they are
 * recorded only as described there.
 *
 * @param parent the nearest open scope around it, shielded or not; {@code null} if there
 * is none
 * @param shielded whether outer cancellations are kept out
 * @param bubbling whether a cancellation below bubbles up to this scope, because this
 * scope or an ancestor was opened with {@link ScopeOptions#bubble()}
 * @param interrupting whether cancelling this scope interrupts the threads inside,
 * because it was opened with {@link ScopeOptions#interrupt()}
 * @param observed whether the scope is observed, see {@link CancelScopes.Builder#observe}
 * @param bound whether it was opened on a thread, by {@link CancelScopes#open} and not by
 * {@link CancelScopes#openUnbound}
 * @param carried whether it was propagated to another thread than the opening one, or can
 * be
 * @param closed whether it is closed
 * @param failed whether the operation is known to have ended with an exception, which
 * {@link CancelScopes#run}, {@link CancelScopes#call} and {@link OpenScope#failed}
 * report; {@code false} if no listener is registered
 * @param origin whether the scope is cancelled and the cancellation began in it
 * @param elapsed the time since it was opened, for a closed scope until its close;
 * {@code null} if no listener is registered. If all listeners receive only cancellations,
 * it goes on after the close
 * @param timeSource the time source of the scope; {@code null} if no listener is
 * registered
 * @param until the reading of the time source at the end of {@code elapsed}, in
 * nanoseconds; zero if there is no {@code elapsed}. So code that measures scopes need not
 * read the clock once more
 * @param budget the time from its opening to the effective deadline, never negative;
 * {@code null} if there is no deadline or no listener is registered. For an observed
 * scope, the time to its own deadline
 * @param budgetSource the source of the budget that the scope was opened with, such as
 * {@code header grpc-timeout of the caller}; {@code null} if none was given by
 * {@link ScopeOptions#withBudgetSource}
 * @param thread the thread on which it was opened; {@code null} if it is bound to no
 * thread or closed, or no listener is registered
 * @see CancelScope#details()
 */
public record ScopeDetails(@Nullable CancelScope parent, boolean shielded, boolean bubbling, boolean interrupting,
		boolean observed, boolean bound, boolean carried, boolean closed, boolean failed, boolean origin,
		@Nullable Duration elapsed, @Nullable TimeSource timeSource, long until, @Nullable Duration budget,
		@Nullable String budgetSource, @Nullable Thread thread) {

	/** The root's: nothing can be said about it. */
	static final ScopeDetails OF_ROOT = new ScopeDetails(null, false, false, false, false, false, false, false, false,
			false, null, null, 0, null, null, null);

}
