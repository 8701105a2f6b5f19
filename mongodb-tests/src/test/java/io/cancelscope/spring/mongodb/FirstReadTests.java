package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Reads that begin before the driver has reached its server. Race: whether the server has
 * sessions is not known yet, and without a session there is nothing to kill.
 */
class FirstReadTests {

	private final FakeMongo server = App.server();

	private final App app;

	FirstReadTests() {
		this.server.holdGreetings();
		this.app = App.start(this.server, "");
		this.server.slow("find", 60_000);
		this.server.slow("aggregate", 60_000);
	}

	@AfterEach
	void close() throws IOException {
		this.app.close();
	}

	@Test
	void blockingReadIsKilled() {
		var things = this.app.client.getDatabase("test").getCollection("things");
		greetWhenAThreadWaits(() -> things.find().first(), "find");
	}

	@Test
	void blockingCountIsKilled() {
		var things = this.app.client.getDatabase("test").getCollection("things");
		greetWhenAThreadWaits(things::countDocuments, "aggregate");
	}

	@Test
	void reactiveReadIsKilled() {
		OpenScope scope = this.app.scopes.openUnbound(ScopeOptions.named("first"));
		try (scope) {
			CompletableFuture<@Nullable Throwable> ended = subscribe(find(), scope);
			this.server.greet();
			await().atMost(App.LONG).until(() -> this.server.working() > 0);

			scope.cancel("enough");

			assertThat(App.join(ended)).isExactlyInstanceOf(ScopeCancelledException.class);
			await().atMost(App.LONG).until(() -> this.server.working() == 0);
			assertThat(this.server.killed()).containsAll(this.server.sessions("find"));
		}
	}

	/** Nobody waits longer than the scope for a server that does not come. */
	@Test
	void waitForTheServerEndsWithTheScope() {
		var things = this.app.client.getDatabase("test").getCollection("things");

		Throwable thrown = this.app.within(BlockingTests.BUDGET, () -> things.find().first());
		OpenScope scope = this.app.scopes.openUnbound(ScopeOptions.named("first").withTimeout(BlockingTests.BUDGET));
		try (scope) {
			assertThat(App.join(subscribe(find(), scope))).isInstanceOf(DeadlineExceededException.class);
		}

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		this.server.greet();
		this.server.reset();
		this.app.fill("things", 1);
		assertThat(things.find().first()).containsEntry("_id", 0);
		assertThat(Flux.from(find()).blockFirst(App.LONG)).containsEntry("_id", 0);
	}

	private Publisher<Document> find() {
		return this.app.reactive.getDatabase("test").getCollection("things").find();
	}

	private static CompletableFuture<@Nullable Throwable> subscribe(Publisher<?> operation, OpenScope scope) {
		CompletableFuture<@Nullable Throwable> ended = new CompletableFuture<>();
		Flux.from(operation).contextWrite((context) -> context.put(ScopeInContext.KEY, scope)).subscribe((each) -> {
		}, ended::complete, () -> ended.complete(null));
		return ended;
	}

	private void greetWhenAThreadWaits(Runnable read, String command) {
		CompletableFuture<Thread> reading = new CompletableFuture<>();
		CompletableFuture<Void> greeting = CompletableFuture.runAsync(() -> {
			Thread reader = reading.orTimeout(App.LONG.toSeconds(), TimeUnit.SECONDS).join();
			await().atMost(App.LONG)
				.until(() -> reader.getState() == Thread.State.TIMED_WAITING
						|| reader.getState() == Thread.State.WAITING);
			this.server.greet();
		}, App.threads);

		Throwable thrown = this.app.cancelled(App.threads, () -> {
			reading.complete(Thread.currentThread());
			read.run();
			return null;
		});

		App.join(greeting);
		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		assertThat(this.server.killed()).containsAll(this.server.sessions(command));
	}

}
