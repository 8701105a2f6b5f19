package io.cancelscope.spring.resilience;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code cancel-scope.resilience.*}.
 *
 * @param enabled Whether the waits of @ConcurrencyLimit and @Retryable end with the
 * current scope.
 */
@ConfigurationProperties("cancel-scope.resilience")
record ResilienceProperties(@DefaultValue("true") boolean enabled) {

}
