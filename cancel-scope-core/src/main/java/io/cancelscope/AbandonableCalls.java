package io.cancelscope;

/**
 * Snapshot of the calls that {@link CancelScope#abandonable} runs in the JVM, for
 * metrics.
 *
 * @param running the number of running calls, abandoned calls included
 * @param limit the highest number of calls at the same time; further calls wait within
 * their scopes
 * @param left the number of calls that were abandoned since the JVM started
 * @see CancelScopes#abandonableCalls()
 */
public record AbandonableCalls(int running, int limit, long left) {

}
