/**
 * Keeps the waits of {@code @ConcurrencyLimit} and {@code @Retryable} methods within the
 * current scope, and the retries of a {@code RetryTemplate} by the policy and the
 * listener of {@code RetryUnlessCancelled}.
 */
@NullMarked
package io.cancelscope.spring.resilience;

import org.jspecify.annotations.NullMarked;
