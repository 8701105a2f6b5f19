package io.cancelscope.spring.actuate;

import java.util.stream.Stream;

import io.cancelscope.spring.request.UnscopedPaths;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration that excludes the requests of the actuator from scopes, at all of
 * its paths.
 */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnClass({ PathMappedEndpoints.class, ManagementPortType.class })
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
public final class CancelScopeActuatorPathsAutoConfiguration {

	@Bean
	UnscopedPaths cancelScopeActuatorPaths(ObjectProvider<PathMappedEndpoints> endpoints, Environment environment) {
		return () -> endpoints.stream()
			.flatMap((known) -> patterns(known, ManagementPortType.get(environment)))
			.distinct();
	}

	/**
	 * On a port of its own the actuator has another server. What is left here are the
	 * probes that are served on the main port.
	 */
	static Stream<String> patterns(PathMappedEndpoints endpoints, ManagementPortType port) {
		Stream<String> probes = endpoints.stream().flatMap(CancelScopeActuatorPathsAutoConfiguration::probes);
		return Stream.concat((port == ManagementPortType.SAME) ? paths(endpoints) : Stream.empty(), probes);
	}

	private static Stream<String> probes(PathMappedEndpoint endpoint) {
		return endpoint.getAdditionalPaths(WebServerNamespace.SERVER)
			.stream()
			.map((path) -> (path.startsWith("/") ? path : "/" + path) + "/**");
	}

	/** Without a base path the endpoints lie beside the application's own. */
	private static Stream<String> paths(PathMappedEndpoints endpoints) {
		String base = endpoints.getBasePath();
		return base.replace("/", "").isEmpty() ? endpoints.getAllPaths().stream().map((path) -> path + "/**")
				: Stream.of(base + "/**");
	}

}
