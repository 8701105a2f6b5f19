package io.cancelscope;

/**
 * How the calls behind {@link CancelScope#abandonable} are doing, in the whole JVM: a
 * snapshot for metrics.
 *
 * @param running how many are under way, those that their callers have left included
 * @param limit how many can be; further ones wait, within their scopes
 * @param left how many callers have left their call so far
 * @see CancelScopes#abandonableCalls()
 */
public record AbandonableCalls(int running, int limit, long left) {

}
