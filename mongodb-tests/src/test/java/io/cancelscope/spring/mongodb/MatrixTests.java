package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.MongoCollection;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each kind of operation, stopped by each cause, in each way of calling it. Prints how
 * long the caller and the server were at work after the cause. Asserts no times but that
 * nothing hangs.
 */
class MatrixTests {

	private static final Duration BUDGET = Duration.ofMillis(250);

	private static final App app = App.start("maxPoolSize=2");

	private final FakeMongo server = app.server;

	/** The cause of the row that is being made. */
	private Cause cause = Cause.CANCEL;

	private final MongoCollection<Document> blocking = app.client.getDatabase("test").getCollection("things");

	private final com.mongodb.reactivestreams.client.MongoCollection<Document> reactive = app.reactive
		.getDatabase("test")
		.getCollection("things");

	@AfterAll
	static void close() throws IOException {
		app.close();
	}

	@Test
	void everyKindByEveryCause() {
		Map<String, ExecutorService> threads = new LinkedHashMap<>();
		threads.put("platform", App.threads);
		ExecutorService virtual = virtualThreads();
		if (virtual != null) {
			threads.put("virtual", virtual);
		}
		List<String> rows = new ArrayList<>();
		// Warm, so that the classes of a first call are not in the first row.
		this.blocking.find().first();
		Flux.from(this.reactive.find()).blockLast(App.LONG);
		for (Kind kind : kinds()) {
			for (Cause cause : Cause.values()) {
				threads.forEach((name, executor) -> rows
					.add(row(kind, cause, "blocking, " + name, () -> blockingEnd(executor, kind.blocking))));
				rows.add(row(kind, cause, "reactive", () -> reactiveEnd(kind.reactive)));
			}
		}

		System.out.printf("%-10s %-9s %-19s %12s %12s  %s%n", "kind", "cause", "called", "ended after", "server idle",
				"connection");
		rows.forEach(System.out::println);
	}

	private List<Kind> kinds() {
		return List.of(
				new Kind("find", "find", true, () -> this.blocking.find().first(), () -> this.reactive.find().first()),
				new Kind("getMore", "getMore", true, () -> this.blocking.find().batchSize(2).into(new ArrayList<>()),
						() -> this.reactive.find().batchSize(2)),
				new Kind("aggregate", "aggregate", true, () -> this.blocking.aggregate(List.of()).first(),
						() -> this.reactive.aggregate(List.of())),
				new Kind("count", "aggregate", true, this.blocking::countDocuments, this.reactive::countDocuments),
				new Kind("template", "find", true, () -> app.template.findAll(Document.class, "things"),
						() -> app.reactiveTemplate.findAll(Document.class, "things")),
				new Kind("insert", "insert", false, () -> this.blocking.insertOne(new Document()),
						() -> this.reactive.insertOne(new Document())),
				new Kind("update", "update", false,
						() -> this.blocking.updateMany(new Document(), new Document("$set", new Document("a", 1))),
						() -> this.reactive.updateMany(new Document(), new Document("$set", new Document("a", 1)))),
				new Kind("command", "slowly", false,
						() -> app.client.getDatabase("test").runCommand(new Document("slowly", 1)),
						() -> app.reactive.getDatabase("test").runCommand(new Document("slowly", 1))));
	}

	private String row(Kind kind, Cause cause, String called, Callable<End> start) {
		this.server.reset();
		Awaitility.await().atMost(App.LONG).until(() -> this.server.working() == 0);
		this.server.reset();
		app.fill("things", 10);
		if (cause == Cause.FROZEN) {
			this.server.freeze(kind.command);
		}
		else {
			// A write that is not killed goes on for as long as it takes.
			this.server.slow(kind.command, (kind.read || cause == Cause.DEADLINE) ? 60_000 : 300);
		}
		this.cause = cause;
		End end;
		try {
			end = start.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		assertThat(end.thrown).as("%s by %s, %s", kind.name, cause, called)
			.satisfiesAnyOf((thrown) -> assertThat(ScopeCancelledException.findIn(thrown)).isNotNull(),
					(thrown) -> assertThat(kind.read).as("a write may be done").isFalse());
		long idle = -1;
		if (cause != Cause.FROZEN) {
			Awaitility.await()
				.atMost(App.LONG)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> this.server.working() == 0);
			idle = millisSince(end.cause);
		}
		this.server.reset();
		usable();
		return String.format("%-10s %-9s %-19s %9d ms %12s  %s", kind.name, cause, called, end.millis,
				(idle < 0) ? "never" : idle + " ms", "pool usable");
	}

	/** All of the pool's connections answer, and what was asked for. */
	private void usable() {
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			int id = 1_000 + i;
			this.server.add("check", new BsonDocument("_id", new BsonInt32(id)));
			all.add(CompletableFuture.runAsync(() -> {
				assertThat(app.client.getDatabase("test").getCollection("check").find(new Document("_id", id)).first())
					.containsEntry("_id", id);
				assertThat(
						Flux.from(app.reactive.getDatabase("test").getCollection("check").find(new Document("_id", id)))
							.blockLast(App.LONG))
					.containsEntry("_id", id);
			}, App.threads));
		}
		all.forEach(App::join);
	}

	private OpenScope open() {
		ScopeOptions options = ScopeOptions.named("test");
		return app.scopes.openUnbound((this.cause == Cause.CANCEL) ? options : options.withTimeout(BUDGET));
	}

	private End blockingEnd(ExecutorService executor, Callable<?> operation) {
		OpenScope scope = open();
		CompletableFuture<@Nullable Throwable> end = CompletableFuture.supplyAsync(() -> {
			CancelScope.Registration attached = scope.attach();
			try (attached) {
				operation.call();
				return null;
			}
			catch (Throwable ex) {
				return ex;
			}
		}, executor);
		return await(scope, end);
	}

	private End reactiveEnd(Callable<Publisher<?>> operation) throws Exception {
		OpenScope scope = open();
		CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
		Flux.from(operation.call())
			.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
			.subscribe((each) -> {
			}, end::complete, () -> end.complete(null));
		return await(scope, end);
	}

	private End await(OpenScope scope, CompletableFuture<@Nullable Throwable> end) {
		try (scope) {
			long begun = System.nanoTime();
			if (this.cause == Cause.CANCEL) {
				Awaitility.await()
					.atMost(App.LONG)
					.pollInterval(Duration.ofMillis(1))
					.until(() -> this.server.working() > 0);
				begun = System.nanoTime();
				scope.cancel("enough");
			}
			else {
				begun += BUDGET.toNanos();
			}
			Throwable thrown = end.orTimeout(App.LONG.toSeconds(), TimeUnit.SECONDS).join();
			return new End(thrown, begun, millisSince(begun));
		}
	}

	private static long millisSince(long begun) {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
	}

	/** Null before JDK 21. */
	private static @Nullable ExecutorService virtualThreads() {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	private enum Cause {

		/** The scope is cancelled while the server is at work. */
		CANCEL,

		/** The deadline passes while the server is at work. */
		DEADLINE,

		/** The deadline passes, and the server does nothing any more. */
		FROZEN

	}

	private record Kind(String name, String command, boolean read, Callable<?> blocking,
			Callable<Publisher<?>> reactive) {

	}

	private record End(@Nullable Throwable thrown, long cause, long millis) {

	}

}
