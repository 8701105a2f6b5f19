package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.mongodb.CursorType;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.InsertOneModel;
import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.bson.BsonDocument;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.mongodb.core.query.Query;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Operations of the blocking driver in scopes, and what they say on the wire.
 */
class BlockingTests {

	static final Duration BUDGET = Duration.ofMillis(150);

	private static final long SLOW = 60_000;

	private static final App app = App.start("maxPoolSize=5");

	private final FakeMongo server = app.server;

	private final MongoCollection<Document> collection = app.client.getDatabase("test").getCollection("things");

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

		assertThat(this.collection.find().into(new ArrayList<>())).hasSize(3);
		this.collection.insertOne(new Document("_id", 4));

		assertThat(this.server.commands("find")).singleElement()
			.satisfies((find) -> assertThat(find).doesNotContainKey("maxTimeMS"));
		assertThat(this.server.commands("insert")).singleElement()
			.satisfies((insert) -> assertThat(insert).doesNotContainKey("maxTimeMS"));
	}

	@Test
	void serverLearnsTheDeadline() {
		Throwable thrown = app.within(Duration.ofSeconds(30), () -> {
			this.collection.find().first();
			this.collection.insertOne(new Document());
			this.collection.countDocuments();
			this.collection.estimatedDocumentCount();
			this.collection.aggregate(List.of()).first();
			this.collection.bulkWrite(List.of(new InsertOneModel<>(new Document())));
			app.client.getDatabase("test").listCollectionNames().first();
			return null;
		});

		assertThat(thrown).isNull();
		assertThat(Stream.of("find", "insert", "aggregate", "count", "listCollections")
			.flatMap((name) -> this.server.commands(name).stream())).hasSizeGreaterThanOrEqualTo(7)
			.allSatisfy((command) -> assertThat(maxTime(command)).isBetween(1L, 30_000L));
	}

	@Test
	void scopeWithoutDeadlineSetsNone() {
		try (OpenScope scope = app.scopes.open(ScopeOptions.named("endless"))) {
			assertThat(scope.deadline()).isEmpty();
			this.collection.find().first();
		}

		assertThat(this.server.commands("find")).singleElement()
			.satisfies((find) -> assertThat(find).doesNotContainKey("maxTimeMS"));
	}

	@Test
	void nothingIsSentForAScopeThatIsOver() {
		Throwable thrown = app.within(Duration.ZERO, () -> this.collection.find().first());
		Throwable write = app.within(Duration.ZERO, () -> this.collection.insertOne(new Document()));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(write).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.server.commands("find")).isEmpty();
		assertThat(this.server.commands("insert")).isEmpty();
	}

	@Test
	void slowReadEndsAtTheDeadline() {
		this.server.slow("find", SLOW);

		Throwable thrown = outOfTime("find", () -> this.collection.find().first());

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class).hasMessageContaining("test");
		assertThat(causes(thrown)).anyMatch(MongoException.class::isInstance);
	}

	@Test
	void slowWriteEndsAtTheDeadline() {
		this.server.slow("insert", SLOW);

		Throwable thrown = outOfTime("insert", () -> this.collection.insertOne(new Document()));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(causes(thrown)).anyMatch(MongoException.class::isInstance);
		assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("insert"));
	}

	@Test
	void frozenServerEndsAtTheDeadline() {
		this.server.freeze("find");

		Throwable thrown = outOfTime("find", () -> this.collection.find().first());

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		this.server.reset();
		assertThat(this.collection.find().first()).isNull();
	}

	@Test
	void cancelledReadIsKilledInTheServer() {
		this.server.slow("find", SLOW);

		Throwable thrown = app.cancelled(App.threads, () -> this.collection.find().first());

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class).hasMessageContaining("enough");
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		assertThat(this.server.killed()).containsAll(this.server.sessions("find"));
	}

	@Test
	void killedSessionIsNotUsedAgain() {
		this.server.slow("find", SLOW);
		app.cancelled(App.threads, () -> this.collection.find().first());
		BsonDocument killed = this.server.commands("find").get(0).getDocument("lsid");
		this.server.reset();

		for (int i = 0; i < 20; i++) {
			app.within(App.LONG, () -> this.collection.find().first());
			this.collection.countDocuments();
		}

		assertThat(this.server.commands("find")).hasSize(20)
			.noneMatch((find) -> find.getDocument("lsid").equals(killed));
	}

	@Test
	void sessionOfAReadGoesBack() {
		for (int i = 0; i < 20; i++) {
			app.within(App.LONG, () -> this.collection.find().into(new ArrayList<>()));
		}

		assertThat(this.server.commands("find").stream().map((find) -> find.getDocument("lsid")).distinct())
			.hasSizeLessThan(3);
	}

	@Test
	void cancelledWriteIsNotKilled() {
		this.server.slow("insert", 200);

		app.cancelled(App.threads, () -> this.collection.insertOne(new Document("_id", 1)));

		assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("insert"));
		assertThat(this.server.documents("things")).hasSize(1);
	}

	@Test
	void pipelineThatWritesIsNotKilled() {
		this.server.slow("aggregate", 200);

		app.cancelled(App.threads, () -> {
			this.collection.aggregate(List.of(new Document("$out", "elsewhere"))).toCollection();
			return null;
		});

		assertThat(this.server.commands("aggregate")).isNotEmpty();
		assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("aggregate"));
	}

	@Test
	void cancelledCountIsKilled() {
		this.server.slow("aggregate", SLOW);

		Throwable thrown = app.cancelled(App.threads, () -> this.collection.countDocuments());

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.killed()).containsAll(this.server.sessions("aggregate"));
	}

	@Test
	void sessionOfTheApplicationIsNotKilled() {
		this.server.slow("find", 200);

		app.cancelled(App.threads, () -> {
			try (var session = app.client.startSession()) {
				return this.collection.find(session).first();
			}
		});

		assertThat(this.server.commands("find")).hasSize(1);
		assertThat(this.server.killed()).doesNotContainAnyElementsOf(this.server.sessions("find"));
	}

	@Test
	void cursorHasOneDeadlineForAllItsBatches() {
		app.fill("things", 300);
		this.server.slow("getMore", 100);
		List<Document> seen = new ArrayList<>();

		Throwable thrown = outOfTime("getMore", () -> {
			this.collection.find().batchSize(1).forEach(seen::add);
			return null;
		});

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(seen).hasSizeLessThan(300);
	}

	@Test
	void cancelledCursorIsClosed() {
		app.fill("things", 10);

		Throwable thrown = app.within(App.LONG, () -> {
			try (MongoCursor<Document> cursor = this.collection.find().batchSize(2).iterator()) {
				cursor.next();
				CancelScope.current().cancel("enough");
				return cursor.next();
			}
		});

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		await().atMost(App.LONG).until(() -> this.server.openCursors() == 0);
	}

	@Test
	void cancelledReadOfTheNextBatchIsKilled() {
		app.fill("things", 10);
		this.server.slow("getMore", SLOW);

		Throwable thrown = app.cancelled(App.threads,
				() -> this.collection.find().batchSize(2).into(new ArrayList<>()));

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.killed()).containsAll(this.server.sessions("getMore"));
		await().atMost(App.LONG).until(() -> this.server.working() == 0 && this.server.openCursors() == 0);
	}

	@Test
	void budgetCountsFromTheBeginOfTheOperation() {
		var find = this.collection.find();
		app.within(Duration.ofSeconds(5), () -> find.first());
		app.within(Duration.ofSeconds(40), () -> find.first());
		find.first();

		List<BsonDocument> finds = this.server.commands("find");
		assertThat(maxTime(finds.get(0))).isBetween(1L, 5_000L);
		assertThat(maxTime(finds.get(1))).isBetween(5_001L, 40_000L);
		assertThat(finds.get(2)).doesNotContainKey("maxTimeMS");
	}

	@Test
	void shorterLimitsOfTheApplicationStay() {
		app.within(App.LONG, () -> this.collection.find().maxTime(700, TimeUnit.MILLISECONDS).first());
		app.within(App.LONG, () -> this.collection.withTimeout(3, TimeUnit.SECONDS).find().first());
		app.within(Duration.ofSeconds(2), () -> this.collection.find().maxTime(1, TimeUnit.MINUTES).first());

		List<BsonDocument> finds = this.server.commands("find");
		assertThat(maxTime(finds.get(0))).isEqualTo(700);
		assertThat(maxTime(finds.get(1))).isBetween(1L, 3_000L);
		assertThat(maxTime(finds.get(2))).isBetween(1L, 2_000L);
	}

	@Test
	void shieldHolds() {
		Throwable thrown = app.within(BUDGET, () -> {
			CancelScope.current().cancel("enough");
			try (OpenScope shield = app.scopes.open(ScopeOptions.named("shield").shield())) {
				this.collection.insertOne(new Document("shielded", shield.name()));
			}
			return null;
		});

		assertThat(thrown).isNull();
		assertThat(this.server.documents("things")).hasSize(1);
		assertThat(this.server.commands("insert").get(0)).doesNotContainKey("maxTimeMS");
	}

	@Test
	void mappedIterablesAreInTheScopeToo() {
		app.fill("things", 3);

		Throwable thrown = app.within(App.LONG,
				() -> assertThat(this.collection.find().map((each) -> each.getString("name")).into(new ArrayList<>()))
					.containsExactly("name-0", "name-1", "name-2"));

		assertThat(thrown).isNull();
		assertThat(maxTime(this.server.commands("find").get(0))).isPositive();
	}

	@Test
	void changeStreamHasNoDeadlineAndEndsWhenCancelled() {
		this.server.slow("getMore", SLOW);

		Throwable thrown = app.cancelled(App.threads, () -> {
			try (MongoCursor<?> changes = this.collection.watch().iterator()) {
				return changes.next();
			}
		});

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.commands("aggregate").get(0)).doesNotContainKey("maxTimeMS");
	}

	@Test
	void tailableCursorHasNoDeadlineForTheDriver() {
		app.within(App.LONG, () -> {
			try (MongoCursor<?> cursor = this.collection.find().cursorType(CursorType.TailableAwait).iterator()) {
				return cursor.tryNext();
			}
		});

		assertThat(this.server.commands("find").get(0)).doesNotContainKey("maxTimeMS");
	}

	@Test
	void templateGetsTheScopesException() {
		this.server.slow("find", SLOW);

		Throwable thrown = app.within(BUDGET, () -> app.template.findAll(Document.class, "things"));
		Throwable cancelled = app.cancelled(App.threads, () -> app.template.findAll(Document.class, "things"));

		assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(cancelled).isExactlyInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void templateStreams() {
		app.fill("things", 10);
		this.server.slow("getMore", SLOW);

		Throwable thrown = outOfTime("getMore", () -> {
			try (Stream<Document> stream = app.template.stream(new Query().cursorBatchSize(2), Document.class,
					"things")) {
				return stream.toList();
			}
		});

		assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
	}

	@Test
	void transactionHasTheDeadline() {
		Throwable thrown = app.within(Duration.ofSeconds(30), () -> transaction().execute((status) -> {
			app.template.insert(new Document("_id", 1), "things");
			return app.template.findAll(Document.class, "things");
		}));

		assertThat(thrown).isNull();
		assertThat(maxTime(this.server.commands("insert").get(0))).isBetween(1L, 30_000L);
		assertThat(maxTime(this.server.commands("find").get(0))).isBetween(1L, 30_000L);
		assertThat(this.server.commands("commitTransaction")).hasSize(1);
	}

	@Test
	void transactionOfACancelledScopeIsRolledBack() {
		Throwable thrown = app.within(App.LONG, () -> transaction().execute((status) -> {
			app.template.insert(new Document("_id", 1), "things");
			CancelScope.current().cancel("enough");
			return app.template.insert(new Document("_id", 2), "things");
		}));

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.commands("insert")).hasSize(1);
		assertThat(this.server.commands("commitTransaction")).isEmpty();
		assertThat(this.server.commands("abortTransaction")).hasSize(1);
	}

	@Test
	void transactionThatRunsOutOfTimeIsRolledBack() {
		this.server.slow("find", SLOW);

		Throwable thrown = outOfTime("find", () -> transaction().execute((status) -> {
			app.template.insert(new Document("_id", 1), "things");
			return app.template.findAll(Document.class, "things");
		}));

		assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(this.server.commands("abortTransaction")).hasSize(1);
	}

	@Test
	void otherFailuresPass() {
		Throwable thrown = app.within(App.LONG, () -> this.collection.find((org.bson.conversions.Bson) null).first());

		assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void proxiesAreEqualWhereTheirTargetsAre() {
		MongoClient client = app.client;

		assertThat(client).isEqualTo(client).hasSameHashCodeAs(client).isNotEqualTo(app.reactive);
		assertThat(client.toString()).isNotEmpty();
	}

	/** With more budget if there was too little to send the command at all. */
	private @Nullable Throwable outOfTime(String command, Callable<?> operation) {
		Duration budget = BUDGET;
		Throwable thrown = app.within(budget, operation);
		while (this.server.commands(command).isEmpty() && budget.compareTo(App.LONG) < 0) {
			budget = budget.multipliedBy(2);
			this.server.forgetCommands();
			thrown = app.within(budget, operation);
		}
		return thrown;
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(
				app.context.getBean(org.springframework.data.mongodb.MongoTransactionManager.class));
	}

	static long maxTime(BsonDocument command) {
		assertThat(command).as(command.getFirstKey()).containsKey("maxTimeMS");
		return command.getNumber("maxTimeMS").longValue();
	}

	static List<Throwable> causes(Throwable thrown) {
		List<Throwable> causes = new ArrayList<>();
		for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
			causes.add(cause);
			causes.addAll(List.of(cause.getSuppressed()));
		}
		return causes;
	}

}
