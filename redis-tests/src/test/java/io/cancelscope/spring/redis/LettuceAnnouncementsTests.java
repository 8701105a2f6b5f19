package io.cancelscope.spring.redis;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Options that announce commands are those of the application otherwise.
 */
class LettuceAnnouncementsTests {

	private final List<RedisCommand<?, ?, ?>> announced = new ArrayList<>();

	@Test
	void optionsOfAClusterAreKept() throws Exception {
		ClusterClientOptions.Builder options = ClusterClientOptions.builder();
		customize(options);
		options.maxRedirects(7)
			.validateClusterNodeMembership(false)
			.nodeFilter((node) -> true)
			.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().closeStaleConnections(false).build());
		RedisClusterClient client = RedisClusterClient.create(RedisURI.create("redis://127.0.0.1"));
		client.setOptions(options.build());

		assertAreKept(client);
	}

	@Test
	void optionsOfAClientAreKept() throws Exception {
		ClientOptions.Builder options = ClientOptions.builder();
		customize(options);
		RedisClient client = RedisClient.create();
		client.setOptions(options.build());

		assertAreKept(client);
	}

	private static void customize(ClientOptions.Builder options) {
		options.autoReconnect(false)
			.replayFilter((command) -> true)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.pingBeforeActivateConnection(false)
			.requestQueueSize(77)
			.scriptCharset(StandardCharsets.ISO_8859_1)
			.socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(3)).build())
			.timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(4)))
			.readOnlyCommands((command) -> command.getType() == CommandType.GET);
	}

	private void assertAreKept(AbstractRedisClient client) throws Exception {
		try {
			ClientOptions before = client.getOptions();
			LettuceAnnouncements.of(client, this.announced::add);
			ClientOptions after = client.getOptions();

			assertThat(after).isNotSameAs(before);
			List<Method> getters = Stream.of(before.getClass().getMethods())
				.filter((method) -> method.getParameterCount() == 0 && method.getName().matches("(is|get)[A-Z].*")
						&& !method.getName().matches("getClass|getReadOnlyCommands"))
				.toList();
			assertThat(getters).hasSizeGreaterThan(12);
			for (Method getter : getters) {
				assertThat(getter.invoke(after)).as(getter.getName()).isEqualTo(getter.invoke(before));
			}
			Command<String, String, String> get = new Command<>(CommandType.GET, null);
			Command<String, String, String> set = new Command<>(CommandType.SET, null);
			assertThat(after.getReadOnlyCommands().isReadOnly(get)).isTrue();
			assertThat(after.getReadOnlyCommands().isReadOnly(set)).isFalse();
			assertThat(this.announced).containsExactly(get, set);
		}
		finally {
			client.shutdown(0, 5, TimeUnit.SECONDS);
		}
	}

}
