package io.cancelscope.spring.aop;

import java.time.Duration;

import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a woven method needs in each call, resolved and checked.
 *
 * @param options the scope to open
 * @param requires the least remaining budget to start with, or {@code null}
 * @param fallback makes another result where the scope stopped the work, or {@code null}
 */
record CancelScopedOperation(ScopeOptions options, @Nullable Duration requires, @Nullable FallbackMethod fallback) {

}
