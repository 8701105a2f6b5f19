package io.cancelscope.benchmarks.micro;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.spring.redis.CancelScopeRedisProperties;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.CommandListenerWriter;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.event.command.CommandListener;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;

/**
 * A command of Redis whose reply is there at once, without the starter and with it, while
 * no scope is open.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RedisCall {

	private static final CancelScopeRedisProperties PROPERTIES = new CancelScopeRedisProperties(true,
			Duration.ofMillis(100), CancelScopeRedisProperties.OnCancel.FAIL);

	private static final CommandObject<String> PING = new CommandObject<>(new CommandArguments(Protocol.Command.PING),
			BuilderFactory.STRING);

	private final RedisChannelWriter plainWriter = new Replying();

	private RedisClient client;

	private RedisChannelWriter watchedWriter;

	private Connection plainConnection;

	private Connection watchedConnection;

	@Setup
	public void setUp() throws ReflectiveOperationException {
		this.client = RedisClient.create();
		Method listenTo = type("LettuceCommands").getDeclaredMethod("listenTo", AbstractRedisClient.class,
				CancelScopeRedisProperties.class);
		listenTo.setAccessible(true);
		this.watchedWriter = new CommandListenerWriter(this.plainWriter,
				List.of((CommandListener) listenTo.invoke(null, this.client, PROPERTIES)));
		this.plainConnection = builder().build();
		Constructor<?> scoped = type("ScopedConnectionBuilder").getDeclaredConstructor(Connection.Builder.class,
				CancelScopeRedisProperties.class, type("Opening"));
		scoped.setAccessible(true);
		this.watchedConnection = ((Connection.Builder) scoped.newInstance(builder(), PROPERTIES, null)).build();
		if (this.watchedConnection.getClass() == Connection.class) {
			throw new IllegalStateException("The connection is not watched");
		}
	}

	/** The classes are not public: the auto-configuration makes them. */
	private static Class<?> type(String name) throws ClassNotFoundException {
		return Class.forName("io.cancelscope.spring.redis." + name);
	}

	private static Connection.Builder builder() {
		return Connection.builder()
			.socketFactory(Answering::new)
			.clientConfig(DefaultJedisClientConfig.builder().build());
	}

	@TearDown
	public void close() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

	@Benchmark
	public String lettucePlain() {
		return ping(this.plainWriter);
	}

	@Benchmark
	public String lettuceWithoutScope() {
		return ping(this.watchedWriter);
	}

	@Benchmark
	public String jedisPlain() {
		return this.plainConnection.executeCommand(PING);
	}

	@Benchmark
	public String jedisWithoutScope() {
		return this.watchedConnection.executeCommand(PING);
	}

	private static String ping(RedisChannelWriter writer) {
		AsyncCommand<String, String, String> command = new AsyncCommand<>(
				new Command<>(CommandType.PING, new StatusOutput<>(StringCodec.UTF8)));
		writer.write(command);
		return command.join();
	}

	/** Takes the place of Lettuce's connection to a server. */
	private static final class Replying implements RedisChannelWriter {

		@Override
		public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
			command.complete();
			return command;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
			commands.forEach(RedisCommand::complete);
			return (Collection<RedisCommand<K, V, ?>>) commands;
		}

		@Override
		public void close() {
		}

		@Override
		public CompletableFuture<Void> closeAsync() {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void setConnectionFacade(ConnectionFacade connection) {
		}

		@Override
		public void setAutoFlushCommands(boolean autoFlush) {
		}

		@Override
		public void flushCommands() {
		}

		@Override
		public ClientResources getClientResources() {
			throw new UnsupportedOperationException("There are none");
		}

	}

	/** Replies {@code PONG} to whatever is sent. */
	private static final class Answering extends Socket {

		private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);

		@Override
		public InputStream getInputStream() {
			return new InputStream() {

				@Override
				public int read() {
					throw new UnsupportedOperationException("Jedis reads into a buffer");
				}

				@Override
				public int read(byte[] bytes, int offset, int length) {
					System.arraycopy(PONG, 0, bytes, offset, PONG.length);
					return PONG.length;
				}

			};
		}

		@Override
		public OutputStream getOutputStream() {
			return OutputStream.nullOutputStream();
		}

		@Override
		public boolean isConnected() {
			return true;
		}

		@Override
		public boolean isBound() {
			return true;
		}

		@Override
		public void setSoTimeout(int timeout) {
		}

	}

}
