package io.cancelscope.spring.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code cancel-scope.actuate.*}.
 *
 * @param enabled Whether the endpoint 'cancelscopes' can be made available. It is, where
 * its access and its exposure allow it.
 * @param showMessages When the endpoint shows what people and exceptions said about why a
 * scope was cancelled.
 * @param roles Roles of those who see these messages, if that depends on who asks. Any
 * role unless set.
 */
@ConfigurationProperties("cancel-scope.actuate")
public record ActuateProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("when-authorized") Show showMessages, @DefaultValue Set<String> roles) {

}
