package io.cancelscope.spring.shutdown;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code cancel-scope.shutdown.*}.
 *
 * @param enabled Whether to cancel, when the application stops, the scopes that are still
 * open after web requests had their time to complete.
 */
@ConfigurationProperties("cancel-scope.shutdown")
record ShutdownProperties(@DefaultValue("true") boolean enabled) {

}
