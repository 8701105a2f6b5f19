package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.mongodb.MongoException;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.bson.BsonDocument;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.data.mongodb.ReactiveMongoDatabaseFactory;
import org.springframework.data.mongodb.ReactiveMongoTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Operations of the reactive driver in scopes, and what they say on the wire.
 */
class ReactiveTests {

	private static final Duration BUDGET = Duration.ofMillis(150);

	private static final long SLOW = 60_000;

	private static final App app = App.start("maxPoolSize=5");

	private final FakeMongo server = app.server;

	private final MongoCollection<Document> collection = app.reactive.getDatabase("test").getCollection("things");

	@AfterAll
	static void close() throws IOException {
		app.close();
	}

	@BeforeEach
	void reset() {
		this.server.reset();
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		this.server.reset();
	}

	@Test
	void withoutScopeNothingIsDifferent() {
		app.fill("things", 3);

		assertThat(Flux.from(this.collection.find()).collectList().block(App.LONG)).hasSize(3);

		assertThat(this.server.commands("find")).singleElement()
			.satisfies((find) -> assertThat(find).doesNotContainKey("maxTimeMS"));
	}

	@Test
	void serverLearnsTheDeadline() {
		app.fill("things", 3);

		Throwable thrown = within(Duration.ofSeconds(30),
				Flux.concat(this.collection.find(), this.collection.insertOne(new Document()),
						this.collection.countDocuments(), this.collection.find().first(),
						this.collection.aggregate(List.of())));

		assertThat(thrown).isNull();
		assertThat(this.server.commands("find")).hasSize(2);
		assertThat(this.server.commands("aggregate")).hasSize(2);
		for (String name : List.of("find", "insert", "aggregate")) {
			assertThat(this.server.commands(name)).isNotEmpty()
				.allSatisfy((command) -> assertThat(BlockingTests.maxTime(command)).isBetween(1L, 30_000L));
		}
	}

	@Test
	void nothingIsSentForAScopeThatIsOver() {
		Throwable thrown = within(Duration.ZERO, this.collection.find());

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.server.commands("find")).isEmpty();
	}

	@Test
	void slowReadEndsAtTheDeadline() {
		this.server.slow("find", SLOW);

		Throwable thrown = within(BUDGET, this.collection.find());

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
	}

	/** The client of a request is gone, for example. */
	@Test
	void readWhoseSubscriberLeavesIsKilledInTheServer() {
		this.server.slow("find", SLOW);
		OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("test"));
		try (scope) {
			Disposable read = Flux.from(this.collection.find())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.subscribe();
			await().atMost(App.LONG).until(() -> this.server.working() > 0);
			read.dispose();

			await().atMost(App.LONG).until(() -> this.server.working() == 0);
			assertThat(this.server.killed()).containsAll(this.server.sessions("find"));
		}
	}

	@Test
	void firstElementKillsNothing() {
		app.fill("things", 10);
		OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("test"));
		try (scope) {
			assertThat(Flux.from(this.collection.find().batchSize(2))
				.next()
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(App.LONG)).containsEntry("_id", 0);

			await().atMost(App.LONG).until(() -> this.server.openCursors() == 0);
			assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("find"));
		}
	}

	@Test
	void frozenServerEndsAtTheDeadline() {
		this.server.freeze("insert");

		Throwable thrown = within(BUDGET, this.collection.insertOne(new Document()));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void cancelledReadIsKilledInTheServer() {
		this.server.slow("find", SLOW);

		Throwable thrown = cancelled(this.collection.find());

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class).hasMessageContaining("enough");
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		assertThat(this.server.killed()).containsAll(this.server.sessions("find"));
	}

	@Test
	void cancelledWriteIsNotKilled() {
		this.server.slow("insert", 200);

		Throwable thrown = cancelled(this.collection.insertOne(new Document("_id", 1)));

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		await().atMost(App.LONG).until(() -> this.server.documents("things").size() == 1);
		assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("insert"));
	}

	@Test
	void cancelledSubscriptionGivesItsSessionUp() {
		app.fill("things", 10);

		try (OpenScope scope = app.scopes.open(ScopeOptions.named("test"))) {
			Flux.from(this.collection.find().batchSize(2))
				.take(1)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.blockLast(App.LONG);
		}

		await().atMost(App.LONG).until(() -> this.server.openCursors() == 0);
	}

	@Test
	void cursorHasOneDeadlineForAllItsBatches() {
		app.fill("things", 300);
		this.server.slow("getMore", 100);

		Throwable thrown = within(Duration.ofSeconds(1), this.collection.find().batchSize(1));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void shorterLimitsOfTheApplicationStay() {
		within(App.LONG, this.collection.find().maxTime(700, TimeUnit.MILLISECONDS).first());

		assertThat(BlockingTests.maxTime(this.server.commands("find").get(0))).isEqualTo(700);
	}

	@Test
	void changeStreamHasNoDeadlineAndEndsWhenCancelled() {
		this.server.slow("getMore", SLOW);

		Throwable thrown = cancelled(this.collection.watch());

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.commands("aggregate").get(0)).doesNotContainKey("maxTimeMS");
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
	}

	@Test
	void templateGetsTheScopesException() {
		this.server.slow("find", SLOW);

		Throwable thrown = within(BUDGET, app.reactiveTemplate.findAll(Document.class, "things"));
		Throwable cancelled = cancelled(app.reactiveTemplate.findAll(Document.class, "things"));

		assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(cancelled).isExactlyInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void transactionOfACancelledScopeIsRolledBack() {
		Throwable thrown = within(App.LONG,
				transaction().transactional(app.reactiveTemplate.insert(new Document("_id", 1), "things")
					.then(Mono
						.deferContextual((context) -> Mono.just(ScopeInContext.current(context).cancel("enough"))))
					.then(app.reactiveTemplate.insert(new Document("_id", 2), "things"))));

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		await().atMost(App.LONG).until(() -> this.server.commands("abortTransaction").size() == 1);
		assertThat(this.server.commands("insert")).hasSize(1);
		assertThat(this.server.commands("commitTransaction")).isEmpty();
	}

	@Test
	void transactionHasTheDeadline() {
		Throwable thrown = within(Duration.ofSeconds(30),
				transaction().transactional(app.reactiveTemplate.insert(new Document("_id", 1), "things")));

		assertThat(thrown).isNull();
		assertThat(BlockingTests.maxTime(this.server.commands("insert").get(0))).isBetween(1L, 30_000L);
		assertThat(this.server.commands("commitTransaction")).hasSize(1);
	}

	@Test
	void failureOfTheServerPasses() {
		app.fill("things", 10);
		BsonDocument first = this.server.documents("things").get(0);

		Throwable thrown = within(App.LONG,
				Flux.from(this.collection.find(first)).map((each) -> each.getInteger("name")));

		assertThat(thrown).isInstanceOf(ClassCastException.class).isNotInstanceOf(MongoException.class);
	}

	private static TransactionalOperator transaction() {
		return TransactionalOperator
			.create(new ReactiveMongoTransactionManager(app.context.getBean(ReactiveMongoDatabaseFactory.class)));
	}

	private static @Nullable Throwable within(Duration timeout, Publisher<?> operation) {
		try (OpenScope scope = app.scopes.open(ScopeOptions.timeout(timeout).withName("test"))) {
			return ended(scope, operation);
		}
	}

	private static @Nullable Throwable ended(CancelScope scope, Publisher<?> operation) {
		return App.join(end(scope, operation));
	}

	private static CompletableFuture<@Nullable Throwable> end(CancelScope scope, Publisher<?> operation) {
		CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
		Flux.from(operation).contextWrite((context) -> context.put(ScopeInContext.KEY, scope)).subscribe((each) -> {
		}, end::complete, () -> end.complete(null));
		return end;
	}

	private @Nullable Throwable cancelled(Publisher<?> operation) {
		try (OpenScope scope = app.scopes.open(ScopeOptions.named("test"))) {
			CompletableFuture<@Nullable Throwable> end = end(scope, operation);
			await().atMost(App.LONG).until(() -> this.server.working() > 0 || end.isDone());
			scope.cancel("enough");
			return App.join(end);
		}
	}

}
