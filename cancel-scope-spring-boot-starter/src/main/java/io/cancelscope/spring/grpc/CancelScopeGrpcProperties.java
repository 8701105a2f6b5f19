package io.cancelscope.spring.grpc;

import java.time.Duration;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.grpc.*}.
 *
 * @param enabled Whether to open a scope for each gRPC call that a server handles, and to
 * end gRPC calls of a client when their scope is cancelled.
 * @param server Scopes of the calls that a server handles.
 */
@ConfigurationProperties("cancel-scope.grpc")
public record CancelScopeGrpcProperties(@DefaultValue("true") boolean enabled, @DefaultValue Server server) {

	/**
	 * Properties {@code cancel-scope.grpc.server.*}.
	 *
	 * @param timeout Budget of a unary call, from its arrival to its end. Does not apply
	 * to streaming calls. No limit by default.
	 * 'cancel-scope.timeouts[package.Service/Method]' sets the budget of one method, also
	 * of a streaming one.
	 * @param maxTimeout Upper limit of the budget that the deadline of a caller can set.
	 * Larger values are reduced to it. No limit by default.
	 */
	public record Server(@Nullable Duration timeout, @Nullable Duration maxTimeout) {

		public Server {
			check("timeout", timeout);
			check("max-timeout", maxTimeout);
		}

		private static void check(String property, @Nullable Duration duration) {
			if (duration != null && duration.isNegative()) {
				throw new InvalidConfigurationPropertyValueException("cancel-scope.grpc.server." + property,
						Durations.format(duration),
						"The duration must not be negative. Give a number and a unit, for example '800ms' or '2s'.");
			}
		}

	}

}
