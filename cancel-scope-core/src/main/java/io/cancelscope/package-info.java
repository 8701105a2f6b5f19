/**
 * Core of the library: a scope gives a tree of calls one time budget and one cancellation
 * signal.
 * <p>
 * Types, in reading order:
 * <ul>
 * <li>{@link io.cancelscope.CancelScopes} opens scopes. It is the entry point.</li>
 * <li>{@link io.cancelscope.CancelScope} is a scope as seen by the code inside it. The
 * code checks and cancels the scope, registers callbacks, and propagates the scope to
 * other threads. {@link io.cancelscope.OpenScope} is the same scope as held by its
 * opener, which closes it.</li>
 * <li>{@link io.cancelscope.ScopeOptions} and {@link io.cancelscope.Deadline} determine
 * which scope is opened.</li>
 * <li>{@link io.cancelscope.CancelReason}, {@link io.cancelscope.ScopeCancelledException}
 * and {@link io.cancelscope.DeadlineExceededException} describe a cancellation.</li>
 * <li>{@link io.cancelscope.TimeSource} and {@link io.cancelscope.CancelScopeListener}
 * are the extension points for time and for monitoring.
 * {@link io.cancelscope.ScopeDetails} is the state that a listener can read.</li>
 * </ul>
 * For contributors: the package-private {@code ScopeNode} decides everything that threads
 * do to each other through scopes, and begins with a description of it. {@code Opening}
 * and {@code Closing} implement the two ends of a scope, {@code Spreading} and
 * {@code Delivery} a cancellation, {@code Links} and {@code Linking} the path to
 * everything that must be woken.
 */
@NullMarked
package io.cancelscope;

import org.jspecify.annotations.NullMarked;
