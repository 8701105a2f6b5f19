package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The server is frozen, killed, slow, or at the limit of its connections. Each operation
 * ends, and afterwards the pools are full and their connections answer what they are
 * asked.
 */
class ServerFaultTests {

	private static final Duration BUDGET = Duration.ofMillis(300);

	private static final int POOL = 3;

	private static final FakeMongo server = App.server();

	private static final StallingProxy proxy = proxy();

	private static final App app = App.through(proxy, server, "maxPoolSize=" + POOL);

	private final MongoCollection<Document> blocking = app.client.getDatabase("test").getCollection("things");

	private final com.mongodb.reactivestreams.client.MongoCollection<Document> reactive = app.reactive
		.getDatabase("test")
		.getCollection("things");

	private static StallingProxy proxy() {
		try {
			return new StallingProxy(server.port());
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
	}

	@BeforeEach
	void reset() {
		server.reset();
		app.fill("things", 10);
		// Both clients have a connection, and know their server.
		this.blocking.find().first();
		Flux.from(this.reactive.find()).blockLast(App.LONG);
	}

	@Test
	void frozenServerAtTheDeadline() {
		proxy.stall();

		List<@Nullable Throwable> ends = ends(reads(BUDGET));

		proxy.resume();
		assertThat(ends).allMatch(DeadlineExceededException.class::isInstance);
		poolsAreFullAndUsable();
	}

	/** On a platform thread nothing but the server's answer ends the wait for it. */
	@Test
	void frozenServerAndACancellation() {
		OpenScope ofReactive = app.scopes.openUnbound(ScopeOptions.named("reactive"));
		OpenScope ofBlocking = app.scopes.openUnbound(ScopeOptions.named("blocking"));
		try (ofReactive; ofBlocking) {
			proxy.stall();
			CompletableFuture<@Nullable Throwable> reactive = reactive(ofReactive);
			CompletableFuture<@Nullable Throwable> blocking = blocking(ofBlocking);
			ofReactive.cancel("enough");
			ofBlocking.cancel("enough");
			assertThat(App.join(reactive)).isExactlyInstanceOf(ScopeCancelledException.class);

			proxy.resume();
			assertThat(App.join(blocking)).isExactlyInstanceOf(ScopeCancelledException.class);
		}
		poolsAreFullAndUsable();
	}

	@Test
	void killedServer() {
		server.slow("find", 60_000);
		List<CompletableFuture<@Nullable Throwable>> reads = reads(App.LONG);
		await().atMost(App.LONG).until(() -> server.working() >= POOL);

		server.slow("find", 0);
		proxy.cut();

		// The driver repeats each read once, and gives up if the connection it was to
		// have is gone as well.
		assertThat(ends(reads)).allMatch((end) -> end == null || end instanceof MongoException);
		server.reset();
		app.fill("things", 10);
		poolsAreFullAndUsable();
	}

	@Test
	void slowServer() {
		proxy.delay(40);

		List<@Nullable Throwable> ends = ends(reads(Duration.ofMillis(100)));

		proxy.delay(0);
		assertThat(ends).allMatch((end) -> end == null || end instanceof DeadlineExceededException)
			.anyMatch(DeadlineExceededException.class::isInstance);
		poolsAreFullAndUsable();
	}

	@Test
	void serverAtItsLimit() {
		proxy.limit(proxy.connections());
		server.slow("find", 60_000);

		List<@Nullable Throwable> ends = ends(reads(BUDGET));

		proxy.limit(Integer.MAX_VALUE);
		assertThat(ends).allMatch((end) -> end instanceof DeadlineExceededException || end instanceof MongoException)
			.anyMatch(DeadlineExceededException.class::isInstance);
		server.reset();
		app.fill("things", 10);
		poolsAreFullAndUsable();
	}

	/** More than the pools have connections, each in a scope of its own. */
	private List<CompletableFuture<@Nullable Throwable>> reads(Duration budget) {
		List<CompletableFuture<@Nullable Throwable>> reads = new ArrayList<>();
		for (int i = 0; i < 2 * POOL; i++) {
			for (boolean reactive : new boolean[] { true, false }) {
				OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("read").withTimeout(budget));
				reads.add((reactive ? reactive(scope) : blocking(scope)).whenComplete((end, ex) -> scope.close()));
			}
		}
		return reads;
	}

	private CompletableFuture<@Nullable Throwable> blocking(OpenScope scope) {
		return CompletableFuture.supplyAsync(() -> {
			CancelScope.Registration attached = scope.attach();
			try (attached) {
				assertThat(this.blocking.find(new Document("_id", 7)).first()).containsEntry("_id", 7);
				return null;
			}
			catch (Throwable ex) {
				return ex;
			}
		}, App.threads);
	}

	private CompletableFuture<@Nullable Throwable> reactive(OpenScope scope) {
		CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
		Flux.from(this.reactive.find(new Document("_id", 7)))
			.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
			.last()
			.subscribe((document) -> assertThat(document).containsEntry("_id", 7), end::complete,
					() -> end.complete(null));
		return end;
	}

	private static List<@Nullable Throwable> ends(List<CompletableFuture<@Nullable Throwable>> reads) {
		List<@Nullable Throwable> ends = new ArrayList<>();
		for (CompletableFuture<@Nullable Throwable> read : reads) {
			ends.add(read.orTimeout(App.LONG.toSeconds(), TimeUnit.SECONDS).join());
		}
		return ends;
	}

	private void poolsAreFullAndUsable() {
		app.pools.awaitFull();
		await().atMost(App.LONG).until(() -> server.working() == 0);
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (int i = 0; i < 2 * POOL; i++) {
			int id = 1_000 + i;
			server.add("things", new BsonDocument("_id", new BsonInt32(id)));
			all.add(CompletableFuture.runAsync(() -> {
				assertThat(this.blocking.find(new Document("_id", id)).first()).containsEntry("_id", id);
				assertThat(Flux.from(this.reactive.find(new Document("_id", id))).blockLast(App.LONG))
					.containsEntry("_id", id);
			}, App.threads));
		}
		all.forEach(App::join);
		app.pools.awaitFull();
	}

}
