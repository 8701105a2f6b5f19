package io.cancelscope;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a scope looked like at one moment, for those who show or measure scopes: code that
 * works inside one has no need of it. Immutable; but it holds the scope around and the
 * thread, so don't keep it.
 * <p>
 * Time and thread are noted down only for scopes that a {@link CancelScopeListener}
 * watches, since that costs a little for each of them; and where it hears of
 * {@linkplain CancelScopeListener#onlyCancellations() cancellations alone}, only as far
 * as is said there.
 *
 * @param parent the nearest scope around it that is open, shielded or not; {@code null}
 * where there is none
 * @param shielded whether nothing from outside reaches in
 * @param bubbling whether a cancellation below climbs up to here, because this scope or
 * one around it says so
 * @param interrupting whether cancelling this very scope interrupts the threads inside,
 * because it was opened so
 * @param observed whether it is only observed, see {@link CancelScopes.Builder#observe}
 * @param bound whether it was opened on a thread, by {@link CancelScopes#open}, and not
 * by {@link CancelScopes#openUnbound}
 * @param carried whether it was made current elsewhere than on the thread that opened it,
 * or can be
 * @param closed whether it is closed
 * @param failed whether an exception ended the operation, as far as the scope was told:
 * {@link CancelScopes#run} and {@link CancelScopes#call} do so by themselves, others call
 * {@link OpenScope#failed}. Known where a listener watches, otherwise {@code false}
 * @param origin whether it is cancelled, and the cancellation began in this very scope
 * @param elapsed how long ago it was opened, or {@code null} where no listener watches
 * @param budget how long it had, from its opening to the effective deadline, never
 * negative; {@code null} without a deadline and where no listener watches. Of a scope
 * that is only observed, what it would have had by its own deadline
 * @param budgetSource where the budget comes from that the scope was opened with, such as
 * {@code header grpc-timeout of the caller}; {@code null} where
 * {@link ScopeOptions#withBudgetSource} did not say
 * @param thread the thread it was opened on; {@code null} if it is bound to none or
 * closed, and where no listener watches
 * @see CancelScope#details()
 */
public record ScopeDetails(@Nullable CancelScope parent, boolean shielded, boolean bubbling, boolean interrupting,
		boolean observed, boolean bound, boolean carried, boolean closed, boolean failed, boolean origin,
		@Nullable Duration elapsed, @Nullable Duration budget, @Nullable String budgetSource, @Nullable Thread thread) {

	/** The root's: nothing can be said about it. */
	static final ScopeDetails OF_ROOT = new ScopeDetails(null, false, false, false, false, false, false, false, false,
			false, null, null, null, null);

}
