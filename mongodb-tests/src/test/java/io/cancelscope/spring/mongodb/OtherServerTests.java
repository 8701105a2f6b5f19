package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that was not written for these tests, mongo-java-server, behind a network that
 * can stall. It knows no sessions, so nothing is killed there.
 */
@DisabledForJreRange(min = JRE.JAVA_18, disabledReason = "starts an application: once is enough")
@Timeout(180)
class OtherServerTests {

	private static final Duration BUDGET = Duration.ofMillis(300);

	private static final int POOL = 2;

	private static final MongoServer server = new MongoServer(new MemoryBackend().version(ServerVersion.MONGO_5_0));

	private static final StallingProxy proxy = proxy();

	private static final App app = App.through(proxy, null, "maxPoolSize=" + POOL);

	private final MongoCollection<Document> blocking = app.client.getDatabase("test").getCollection("things");

	private final com.mongodb.reactivestreams.client.MongoCollection<Document> reactive = app.reactive
		.getDatabase("test")
		.getCollection("things");

	private static StallingProxy proxy() {
		try {
			return new StallingProxy(server.bind().getPort());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterAll
	static void close() throws IOException {
		proxy.resume();
		app.close();
		proxy.close();
		server.shutdownNow();
	}

	@BeforeEach
	void fill() {
		this.blocking.drop();
		this.blocking
			.insertMany(IntStream.range(0, 10).mapToObj((id) -> new Document("_id", id).append("n", 0)).toList());
		assertThat(Mono.from(this.reactive.countDocuments()).block(App.LONG)).isEqualTo(10);
	}

	@AfterEach
	void connectionsAreBackAndUsable() {
		proxy.resume();
		app.pools.awaitFull();
		for (int i = 0; i < 2 * POOL; i++) {
			assertThat(this.blocking.find(Filters.eq("_id", i)).first()).containsEntry("_id", i);
			assertThat(Mono.from(this.reactive.find(Filters.eq("_id", i))).block(App.LONG)).containsEntry("_id", i);
		}
	}

	/** What is tested here is what applications without Netty have. */
	@Test
	void driversDoNotUseNetty() {
		assertThat(app.context.getBeansOfType(MongoClientSettingsBuilderCustomizer.class).keySet())
			.noneMatch((name) -> name.contains("netty"));
	}

	@Test
	void operationsWithoutAScope() {
		operations();
		reactiveOperations(Mono.just(true)).block(App.LONG);
	}

	@Test
	void operationsInAScope() {
		assertThat(app.within(App.LONG, () -> {
			operations();
			return null;
		})).isNull();
		try (OpenScope scope = app.scopes.openUnbound(ScopeOptions.timeout(App.LONG))) {
			reactiveOperations(Mono.just(true)).contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(App.LONG);
		}
	}

	private void operations() {
		this.blocking.insertOne(new Document("_id", 10).append("n", 0));
		assertThat(this.blocking.updateMany(Filters.lt("_id", 5), Updates.inc("n", 1)).getModifiedCount()).isEqualTo(5);
		assertThat(this.blocking.countDocuments(Filters.eq("n", 1))).isEqualTo(5);
		List<Integer> ids = new ArrayList<>();
		this.blocking.find().batchSize(3).forEach((document) -> ids.add(document.getInteger("_id")));
		assertThat(ids).containsExactlyElementsOf(IntStream.rangeClosed(0, 10).boxed().toList());
		assertThat(this.blocking.deleteOne(Filters.eq("_id", 10)).getDeletedCount()).isOne();
		this.blocking.updateMany(new Document(), Updates.set("n", 0));
	}

	private Mono<?> reactiveOperations(Mono<?> start) {
		return start.then(Mono.from(this.reactive.insertOne(new Document("_id", 10).append("n", 0))))
			.then(Mono.from(this.reactive.updateMany(Filters.lt("_id", 5), Updates.inc("n", 1))))
			.doOnNext((result) -> assertThat(result.getModifiedCount()).isEqualTo(5))
			.thenMany(Flux.from(this.reactive.find().batchSize(3)))
			.map((document) -> document.getInteger("_id"))
			.collectList()
			.doOnNext((ids) -> assertThat(ids).containsExactlyElementsOf(IntStream.rangeClosed(0, 10).boxed().toList()))
			.then(Mono.from(this.reactive.deleteOne(Filters.eq("_id", 10))))
			.doOnNext((result) -> assertThat(result.getDeletedCount()).isOne())
			.then(Mono.from(this.reactive.updateMany(new Document(), Updates.set("n", 0))));
	}

	@Test
	void readsAndWritesEndAtTheDeadlineThoughNothingAnswers() {
		List<Callable<?>> operations = List.of(() -> this.blocking.find().first(), this.blocking::countDocuments,
				() -> this.blocking.updateOne(Filters.eq("_id", 1), Updates.set("n", 0)));
		for (Callable<?> operation : operations) {
			proxy.stall();

			Throwable thrown = app.within(BUDGET, operation);

			proxy.resume();
			assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		}
	}

	@Test
	void nextBatchOfACursorEndsAtTheDeadline() {
		Throwable thrown = app.within(Duration.ofSeconds(1), () -> {
			try (MongoCursor<Document> cursor = this.blocking.find().batchSize(2).iterator()) {
				cursor.next();
				cursor.next();
				proxy.stall();
				return cursor.next();
			}
		});

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void reactiveReadEndsAtTheDeadline() {
		try (OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("read").withTimeout(BUDGET))) {
			proxy.stall();

			assertThat(App.join(endOf(scope))).isInstanceOf(DeadlineExceededException.class);
		}
	}

	@Test
	void cancelledReactiveReadEndsAtOnce() {
		try (OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("read"))) {
			proxy.stall();
			CompletableFuture<@Nullable Throwable> end = endOf(scope);

			scope.cancel("enough");

			assertThat(App.join(end)).isExactlyInstanceOf(ScopeCancelledException.class);
		}
	}

	private CompletableFuture<@Nullable Throwable> endOf(OpenScope scope) {
		CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
		Flux.from(this.reactive.find())
			.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
			.subscribe((document) -> {
			}, end::complete, () -> end.complete(null));
		return end;
	}

}
