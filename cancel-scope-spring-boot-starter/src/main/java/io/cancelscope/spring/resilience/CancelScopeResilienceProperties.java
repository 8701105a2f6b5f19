package io.cancelscope.spring.resilience;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code cancel-scope.resilience.*}.
 *
 * @param enabled Whether to end the waits of @ConcurrencyLimit and @Retryable when the
 * current scope is cancelled.
 */
@ConfigurationProperties("cancel-scope.resilience")
record CancelScopeResilienceProperties(@DefaultValue("true") boolean enabled) {

}
