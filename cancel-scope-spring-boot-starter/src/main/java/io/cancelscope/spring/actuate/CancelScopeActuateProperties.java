package io.cancelscope.spring.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code cancel-scope.actuate.*}.
 *
 * @param enabled Whether to provide the endpoint 'cancelscopes'. Its access and its
 * exposure must allow it as well.
 * @param showMessages When to show the messages of cancellations and of exceptions.
 * @param roles Roles that can see these messages with 'when-authorized'. Any role by
 * default.
 */
@ConfigurationProperties("cancel-scope.actuate")
public record CancelScopeActuateProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("when-authorized") Show showMessages, @DefaultValue Set<String> roles) {

}
