package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.mongodb.client.MongoCollection;
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
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A cancellation at every moment of an operation: the next operation on the connection
 * gets its own answer, whatever became of the one before. How often:
 * {@code -Dcancel-scope.test.races=5000}.
 */
class RaceTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 150);

	private static final App app = App.start("maxPoolSize=1&waitQueueTimeoutMS=20000");

	private final FakeMongo server = app.server;

	private final MongoCollection<Document> blocking = app.client.getDatabase("test").getCollection("things");

	private final com.mongodb.reactivestreams.client.MongoCollection<Document> reactive = app.reactive
		.getDatabase("test")
		.getCollection("things");

	@AfterAll
	static void close() throws IOException {
		app.close();
	}

	@BeforeEach
	void reset() {
		this.server.reset();
		app.fill("things", 100);
		this.server.slow("find", 2);
	}

	@Test
	void answerAfterACancelledReadIsItsOwn() {
		AtomicInteger stopped = new AtomicInteger();
		for (int i = 0; i < RACES; i++) {
			OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("race"));
			int id = i % 100;
			CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
				try (var attached = scope.attach()) {
					assertThat(attached).isNotNull();
					assertThat(this.blocking.find(new Document("_id", id)).first()).containsEntry("_id", id);
				}
				catch (ScopeCancelledException ex) {
					stopped.incrementAndGet();
				}
			}, App.threads);
			cancelSoon(scope);
			App.join(reader);
			scope.close();
			assertThat(this.blocking.find(new Document("_id", 99 - id)).first()).containsEntry("_id", 99 - id);
		}
		System.out.println("blocking: " + stopped + " of " + RACES + " reads were stopped");
		noSessionIsShared();
	}

	@Test
	void answerAfterACancelledReactiveReadIsItsOwn() {
		AtomicInteger stopped = new AtomicInteger();
		for (int i = 0; i < RACES; i++) {
			OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("race"));
			int id = i % 100;
			CompletableFuture<@Nullable Document> reader = Flux.from(this.reactive.find(new Document("_id", id)))
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.next()
				.toFuture();
			cancelSoon(scope);
			Document read = App.join(reader.exceptionally((thrown) -> {
				assertThat(ScopeCancelledException.findIn(thrown)).isNotNull();
				stopped.incrementAndGet();
				return null;
			}));
			scope.close();
			if (read != null) {
				assertThat(read).containsEntry("_id", id);
			}
			assertThat(Flux.from(this.reactive.find(new Document("_id", 99 - id))).blockFirst(App.LONG))
				.containsEntry("_id", 99 - id);
		}
		System.out.println("reactive: " + stopped + " of " + RACES + " reads were stopped");
		noSessionIsShared();
	}

	@Test
	void deadlineAtTheMomentOfTheAnswer() {
		int stopped = 0;
		for (int i = 0; i < RACES; i++) {
			int id = i % 100;
			Throwable thrown = app.within(Duration.ofNanos(1_000_000L + (i % 8) * 500_000L),
					() -> this.blocking.find(new Document("_id", id)).first());
			if (thrown != null) {
				assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
				stopped++;
			}
			assertThat(this.blocking.find(new Document("_id", 99 - id)).first()).containsEntry("_id", 99 - id);
		}
		System.out.println("deadline: " + stopped + " of " + RACES + " reads were stopped");
	}

	@Test
	void manyAtOnceLeaveThePoolUsable() {
		this.server.slow("find", 60_000);
		List<OpenScope> scopes = new ArrayList<>();
		List<CompletableFuture<@Nullable Throwable>> ends = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("race"));
			scopes.add(scope);
			ends.add(CompletableFuture.supplyAsync(() -> {
				try (var attached = scope.attach()) {
					assertThat(attached).isNotNull();
					return new AssertionError("Read " + this.blocking.find().first());
				}
				catch (Throwable ex) {
					return ex;
				}
			}, App.threads));
		}
		await().atMost(App.LONG).until(() -> this.server.working() > 0);
		scopes.forEach((scope) -> scope.cancel("enough"));
		for (CompletableFuture<@Nullable Throwable> end : ends) {
			assertThat(end.orTimeout(App.LONG.toSeconds(), TimeUnit.SECONDS).join())
				.isInstanceOf(ScopeCancelledException.class);
		}
		scopes.forEach(OpenScope::close);
		this.server.reset();
		app.fill("things", 1);
		assertThat(this.blocking.find(new Document("_id", 0)).first()).containsEntry("_id", 0);
	}

	@Test
	void killedServerLeavesThePoolUsable() {
		this.server.slow("find", 60_000);

		Throwable thrown = app.within(App.LONG, () -> {
			CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> {
				await().atMost(App.LONG).until(() -> this.server.working() > 0);
				this.server.slow("find", 0);
				this.server.kill();
			}, App.threads);
			Document read = this.blocking.find(new Document("_id", 1)).first();
			App.join(killer);
			return read;
		});

		assertThat(thrown).isNull(); // the driver has repeated the read
		assertThat(this.blocking.find(new Document("_id", 2)).first()).containsEntry("_id", 2);
	}

	/** Over the whole time in which the read goes on, and a little more. */
	private static void cancelSoon(OpenScope scope) {
		long until = System.nanoTime() + ThreadLocalRandom.current().nextLong(5_000_000);
		while (System.nanoTime() < until) {
			Thread.onSpinWait();
		}
		scope.cancel("enough");
	}

	/** A session that was killed never comes again: one read may be on its way. */
	private void noSessionIsShared() {
		Map<Object, Integer> killed = new HashMap<>();
		for (BsonDocument command : this.server.allCommands()) {
			if (command.getFirstKey().equals("killSessions")) {
				command.getArray("killSessions").forEach((session) -> killed.putIfAbsent(session, 0));
			}
			else if (command.getFirstKey().equals("find")) {
				killed.computeIfPresent(command.getDocument("lsid"), (session, count) -> count + 1);
			}
		}
		assertThat(killed).isNotEmpty().allSatisfy((session, count) -> assertThat(count).isLessThan(2));
	}

}
