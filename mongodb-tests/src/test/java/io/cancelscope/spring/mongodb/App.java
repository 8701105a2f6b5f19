package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.MongoClient;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.ResourceLoader;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.MongoTransactionManager;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.ReactiveMongoTemplate;

import static org.awaitility.Awaitility.await;

/**
 * An application with both drivers, and its server.
 */
final class App implements AutoCloseable {

	static final Duration LONG = Duration.ofSeconds(20);

	/** Threads of the tests; a frozen call may hold one for long. */
	static final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "mongodb-test");
		thread.setDaemon(true);
		return thread;
	});

	/** Null if the application has a server of another kind. */
	final FakeMongo server;

	final ConfigurableApplicationContext context;

	final CancelScopes scopes;

	final MongoClient client;

	final com.mongodb.reactivestreams.client.MongoClient reactive;

	final MongoTemplate template;

	final ReactiveMongoTemplate reactiveTemplate;

	final PoolCount pools;

	private App(@Nullable FakeMongo server, String uri, List<String> properties) {
		this.server = server;
		SpringApplication application = new SpringApplication(Config.class);
		application.setResourceLoader(withoutNetty());
		application.setWebApplicationType(WebApplicationType.NONE);
		List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--cancel-scope.mongodb.enabled=true", "--spring.mongodb.uri=" + uri));
		all.addAll(properties);
		this.context = application.run(all.toArray(String[]::new));
		this.scopes = this.context.getBean(CancelScopes.class);
		this.client = this.context.getBean(MongoClient.class);
		this.reactive = this.context.getBean(com.mongodb.reactivestreams.client.MongoClient.class);
		this.template = this.context.getBean(MongoTemplate.class);
		this.reactiveTemplate = this.context.getBean(ReactiveMongoTemplate.class);
		this.pools = this.context.getBean(PoolCount.class);
	}

	/**
	 * Netty is on the class path for a server of the tests only. Spring Boot would have
	 * both drivers use it, which changes how their threads wait.
	 */
	static ResourceLoader withoutNetty() {
		return new DefaultResourceLoader(new FilteredClassLoader("io.netty"));
	}

	static FakeMongo server() {
		try {
			return new FakeMongo();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static App start(String options, String... properties) {
		return start(server(), options, properties);
	}

	static App start(FakeMongo server, String options, String... properties) {
		return new App(server, server.uri(options), List.of(properties));
	}

	/** Reaches the server through a proxy. */
	static App through(StallingProxy proxy, @Nullable FakeMongo server, String options) {
		return new App(server, proxy.uri(options), List.of());
	}

	/** Documents with an id, and a name made of it. */
	void fill(String collection, int count) {
		for (int i = 0; i < count; i++) {
			this.server.add(collection,
					new BsonDocument("_id", new BsonInt32(i)).append("name", new BsonString("name-" + i)));
		}
	}

	/** Runs in a scope of its own, on this thread, and returns what it throws. */
	@Nullable Throwable within(Duration timeout, Callable<?> operation) {
		try {
			this.scopes.call(ScopeOptions.timeout(timeout).withName("test"), (scope) -> operation.call());
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	/** Cancels the scope of an operation while the server is at work with it. */
	@Nullable Throwable cancelled(ExecutorService executor, Callable<?> operation) {
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		CompletableFuture<@Nullable Throwable> ended = CompletableFuture.supplyAsync(() -> {
			try (OpenScope scope = this.scopes.open(ScopeOptions.named("test"))) {
				opened.complete(scope);
				operation.call();
				return null;
			}
			catch (Throwable ex) {
				return ex;
			}
		}, executor);
		await().atMost(LONG).until(() -> this.server.working() > 0 || ended.isDone());
		opened.join().cancel("enough");
		return ended.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
	}

	static <T> T join(CompletableFuture<T> future) {
		try {
			return future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
		}
		catch (CompletionException ex) {
			throw new AssertionError(ex.getCause());
		}
	}

	@Override
	public void close() throws IOException {
		if (this.server != null) {
			this.server.reset();
		}
		this.context.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	/** The whole of Spring Boot's configuration for both drivers. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Config {

		@Bean
		MongoTransactionManager transactionManager(MongoDatabaseFactory factory) {
			return new MongoTransactionManager(factory);
		}

		@Bean
		PoolCount poolCount() {
			return new PoolCount();
		}

	}

}
