package io.cancelscope.spring.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code cancel-scope.observation.*}.
 *
 * @param enabled Whether each scope is observed through Micrometer's observation
 * registry, which makes a span of it where there is tracing.
 */
@ConfigurationProperties("cancel-scope.observation")
public record ObservationProperties(@DefaultValue("false") boolean enabled) {

}
