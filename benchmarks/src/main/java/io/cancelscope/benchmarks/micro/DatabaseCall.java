package io.cancelscope.benchmarks.micro;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.mongodb.CancelScopeMongoAutoConfiguration;
import io.cancelscope.spring.r2dbc.CancelScopeR2dbcAutoConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.test.MockConnection;
import io.r2dbc.spi.test.MockConnectionFactory;
import io.r2dbc.spi.test.MockResult;
import io.r2dbc.spi.test.MockStatement;
import org.bson.Document;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/**
 * A statement of R2DBC and two operations of MongoDB whose drivers do nothing, without
 * the starter and with it, while no scope is open: what its proxies cost where there is
 * nothing to do for them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DatabaseCall {

	private AnnotationConfigApplicationContext context;

	private final ConnectionFactory plainFactory = connectionFactory();

	private final ConnectionFactory subscribedFactory = subscribed(this.plainFactory);

	private final MongoClient plainClient = mongoClient();

	private ConnectionFactory watchedFactory;

	private MongoCollection<Document> plainCollection;

	private MongoCollection<Document> watchedCollection;

	@Setup
	public void setUp() {
		this.context = new AnnotationConfigApplicationContext();
		this.context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("benchmark", Map.of("cancel-scope.mongodb.enabled", "true")));
		this.context.register(DatabaseConfiguration.class);
		this.context.refresh();
		this.watchedFactory = this.context.getBean(ConnectionFactory.class);
		this.plainCollection = collection(this.plainClient);
		this.watchedCollection = collection(this.context.getBean(MongoClient.class));
		if (this.watchedFactory.getClass() == this.plainFactory.getClass()
				|| this.watchedCollection.getClass() == this.plainCollection.getClass()) {
			throw new IllegalStateException("The beans have no proxies in front of them");
		}
	}

	@TearDown
	public void close() {
		this.context.close();
	}

	@Benchmark
	public Long r2dbcPlain() {
		return statement(this.plainFactory);
	}

	@Benchmark
	public Long r2dbcWithoutScope() {
		return statement(this.watchedFactory);
	}

	/**
	 * Reactor does not subscribe to a constant, which no pool and no driver returns.
	 */
	@Benchmark
	public Long r2dbcSubscribedPlain() {
		return statement(this.subscribedFactory);
	}

	@Benchmark
	public long mongodbCountPlain() {
		return this.plainCollection.countDocuments();
	}

	@Benchmark
	public long mongodbCountWithoutScope() {
		return this.watchedCollection.countDocuments();
	}

	@Benchmark
	public Document mongodbFindPlain() {
		return this.plainCollection.find().first();
	}

	@Benchmark
	public Document mongodbFindWithoutScope() {
		return this.watchedCollection.find().first();
	}

	private static ConnectionFactory subscribed(ConnectionFactory factory) {
		return new ConnectionFactory() {

			@Override
			public Publisher<? extends Connection> create() {
				return Mono.from(factory.create()).hide();
			}

			@Override
			public ConnectionFactoryMetadata getMetadata() {
				return factory.getMetadata();
			}

		};
	}

	private static Long statement(ConnectionFactory factory) {
		return Mono
			.usingWhen(factory.create(),
					(connection) -> Mono.from(connection.createStatement("update").execute())
						.flatMap((result) -> Mono.from(result.getRowsUpdated())),
					Connection::close)
			.block();
	}

	private static ConnectionFactory connectionFactory() {
		MockResult result = MockResult.builder().rowsUpdated(1L).build();
		return MockConnectionFactory.builder()
			.connection(MockConnection.builder().statement(MockStatement.builder().result(result).build()).build())
			.build();
	}

	private static MongoCollection<Document> collection(MongoClient client) {
		return client.getDatabase("test").getCollection("things");
	}

	/** A driver that answers at once. */
	private static MongoClient mongoClient() {
		Document document = new Document("_id", 1);
		FindIterable<?> found = stub(FindIterable.class, (proxy, method, arguments) -> document);
		MongoCollection<?> collection = stub(MongoCollection.class,
				(proxy, method, arguments) -> method.getName().equals("find") ? found : Long.valueOf(1));
		MongoDatabase database = stub(MongoDatabase.class, (proxy, method, arguments) -> collection);
		return stub(MongoClient.class,
				(proxy, method, arguments) -> method.getName().equals("getDatabase") ? database : null);
	}

	private static <T> T stub(Class<T> type, InvocationHandler handler) {
		Object stub = Proxy.newProxyInstance(DatabaseCall.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> (method.getDeclaringClass() == Object.class)
						? method.invoke(handler, arguments) : handler.invoke(proxy, method, arguments));
		return type.cast(stub);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeR2dbcAutoConfiguration.class,
			CancelScopeMongoAutoConfiguration.class })
	static class DatabaseConfiguration {

		@Bean
		ConnectionFactory connectionFactory() {
			return DatabaseCall.connectionFactory();
		}

		@Bean
		MongoClient mongoClient() {
			return DatabaseCall.mongoClient();
		}

	}

}
