package io.cancelscope.spring.cluster;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.cancelscope.spring.cluster.CancelScopeClusterTransportProperties.Engine;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Chooses the engine that carries commands: the only one that the application uses, or
 * the one of the property.
 */
final class TransportChoice {

	private static final String PROPERTY = "cancel-scope.cluster.transport";

	private static final String SWITCH = "cancel-scope.cluster.enabled";

	private TransportChoice() {
	}

	static CancelTransport choose(@Nullable Engine wanted, Stream<TransportCandidate> candidates) {
		Map<Engine, CancelTransport> found = new EnumMap<>(Engine.class);
		candidates.forEach((candidate) -> {
			if (wanted == null || wanted == candidate.engine()) {
				CancelTransport transport = candidate.transport().get();
				if (transport != null) {
					found.put(candidate.engine(), transport);
				}
			}
		});
		if (found.size() == 1) {
			return found.values().iterator().next();
		}
		if (wanted != null) {
			throw new InvalidConfigurationPropertyValueException(PROPERTY, name(wanted),
					"The application does not use this engine. It needs " + needs(wanted) + ".");
		}
		if (found.isEmpty()) {
			throw new InvalidConfigurationPropertyValueException(SWITCH, "true",
					"No engine was found that carries commands to the other nodes. Add one of these: "
							+ Stream.of(Engine.values()).map(TransportChoice::needs).collect(Collectors.joining("; "))
							+ "; a bean of type CancelTransport.");
		}
		throw new InvalidConfigurationPropertyValueException(SWITCH, "true",
				"The application uses more than one engine that can carry commands to the other nodes: "
						+ found.keySet().stream().map(TransportChoice::name).collect(Collectors.joining(", "))
						+ ". Set " + PROPERTY + " to one of them, the same on all nodes.");
	}

	private static String name(Engine engine) {
		return engine.name().toLowerCase(Locale.ROOT);
	}

	private static String needs(Engine engine) {
		return switch (engine) {
			case REDIS -> "one RedisConnectionFactory bean (spring-boot-starter-data-redis)";
			case POSTGRES -> "the driver of PostgreSQL and one DataSource bean of that database,"
					+ " or cancel-scope.cluster.postgres.url";
			case BUS -> "Spring Cloud Bus (spring-cloud-starter-bus-amqp or spring-cloud-starter-bus-kafka)";
		};
	}

}
