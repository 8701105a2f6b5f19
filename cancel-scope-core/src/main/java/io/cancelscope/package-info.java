/**
 * Cancel scopes: one budget and one stop signal for a whole tree of calls.
 * <p>
 * Where to start reading:
 * <ul>
 * <li>{@link io.cancelscope.CancelScopes} opens scopes; it is the entry point.</li>
 * <li>{@link io.cancelscope.CancelScope} is what code inside a scope sees: ask, check,
 * cancel, register what stops a blocked resource and who is told afterwards, carry the
 * scope to other threads. {@link io.cancelscope.OpenScope} is the same scope in the hands
 * of its opener, who also closes it.</li>
 * <li>{@link io.cancelscope.ScopeOptions} says what kind of scope to open,
 * {@link io.cancelscope.Deadline} until when.</li>
 * <li>{@link io.cancelscope.CancelReason}, {@link io.cancelscope.ScopeCancelledException}
 * and {@link io.cancelscope.DeadlineExceededException} say why it stopped.</li>
 * <li>{@link io.cancelscope.TimeSource} and {@link io.cancelscope.CancelScopeListener}
 * are the two seams: one for time, one for watching; {@link io.cancelscope.ScopeDetails}
 * is for those who watch.</li>
 * </ul>
 * Inside, all that threads do to each other through scopes is decided in the
 * package-private {@code ScopeNode}, which opens with the essay about it. Around it,
 * {@code Opening} and {@code Closing} are the two ends of a scope, {@code Spreading} and
 * {@code Delivery} a cancellation, {@code Links} and {@code Linking} the way to what has
 * to be woken. Read {@link io.cancelscope.CancelScope}, {@link io.cancelscope.OpenScope}
 * and {@link io.cancelscope.CancelScopes} first.
 */
@NullMarked
package io.cancelscope;

import org.jspecify.annotations.NullMarked;
