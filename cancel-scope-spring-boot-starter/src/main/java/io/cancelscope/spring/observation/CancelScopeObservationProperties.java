package io.cancelscope.spring.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code cancel-scope.observation.*}.
 *
 * @param enabled Whether to create a Micrometer observation for each scope. With tracing,
 * it becomes a span.
 */
@ConfigurationProperties("cancel-scope.observation")
public record CancelScopeObservationProperties(@DefaultValue("false") boolean enabled) {

}
