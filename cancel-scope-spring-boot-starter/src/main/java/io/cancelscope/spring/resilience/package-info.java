/**
 * Keeps retries within a scope: {@code RetryUnlessCancelled} for {@code @Retryable}
 * methods, and its policy and listener for {@code RetryTemplate}.
 */
@NullMarked
package io.cancelscope.spring.resilience;

import org.jspecify.annotations.NullMarked;
