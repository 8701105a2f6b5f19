package io.cancelscope.spring.cluster;

import java.time.Duration;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Settings of the transports.
 *
 * @param transport Engine that carries commands to the other nodes. Required only if the
 * application uses more than one of them.
 * @param channel Name of the channel of Redis or PostgreSQL. Nodes with the same channel
 * are one cluster. At most 40 characters.
 * @param heartbeat Interval at which a node sends a message to itself, and time within
 * which that message must come back.
 * @param postgres PostgreSQL.
 */
@ConfigurationProperties("cancel-scope.cluster")
public record CancelScopeClusterTransportProperties(@Nullable Engine transport,
		@DefaultValue("cancel-scope") String channel, @DefaultValue("5s") Duration heartbeat,
		@DefaultValue Postgres postgres) {

	private static final int LONGEST_CHANNEL = 40;

	private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);

	public CancelScopeClusterTransportProperties {
		if (channel.isBlank() || channel.length() > LONGEST_CHANNEL
				|| !channel.chars().allMatch((letter) -> letter > ' ' && letter < 127)) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.cluster.channel", channel,
					"The name must have 1 to " + LONGEST_CHANNEL
							+ " characters of ASCII without spaces. Give it a name such as 'cancel-scope'.");
		}
		if (heartbeat.compareTo(SHORTEST_HEARTBEAT) < 0) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.cluster.heartbeat",
					Durations.format(heartbeat),
					"The duration must be 100ms at least. Give a number and a unit," + " for example '5s'.");
		}
	}

	/**
	 * Engines that carry commands.
	 */
	public enum Engine {

		/** Redis publish/subscribe. */
		REDIS,

		/** PostgreSQL's LISTEN and NOTIFY. */
		POSTGRES,

		/** Spring Cloud Bus, over RabbitMQ or Kafka. */
		BUS

	}

	/**
	 * Address of PostgreSQL.
	 *
	 * @param url JDBC URL of the server itself, if the application's data source has
	 * another one, for example that of a pooler in transaction mode.
	 * @param username User. Default: that of the data source.
	 * @param password Password. Default: that of the data source.
	 */
	public record Postgres(@Nullable String url, @Nullable String username, @Nullable String password) {

		/** Without the password, and without the URL, which may have one. */
		@Override
		public String toString() {
			return "Postgres";
		}

	}

}
