/**
 * Limits the waits of {@code @ConcurrencyLimit} and {@code @Retryable} methods to the
 * current scope. {@code RetryUnlessCancelled} limits the retries of a
 * {@code RetryTemplate}.
 */
@NullMarked
package io.cancelscope.spring.resilience;

import org.jspecify.annotations.NullMarked;
