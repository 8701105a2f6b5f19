package io.cancelscope.spring.aop;

import java.time.Duration;

import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ReturnValueAdapter;
import org.jspecify.annotations.Nullable;

/**
 * What a woven method needs in each call, resolved and checked.
 *
 * @param options the scope to open
 * @param requires the least remaining budget to start with, or {@code null}
 * @param fallback makes another result where the scope stopped the work, or {@code null}
 * @param checksOnExit whether a late result is thrown away
 * @param handler makes the scope last as long as the result, or {@code null} where it
 * ends with the call
 */
record CancelScopedOperation(ScopeOptions options, @Nullable Duration requires, @Nullable FallbackMethod fallback,
		boolean checksOnExit, ReturnValueAdapter.@Nullable Handler handler) {

}
