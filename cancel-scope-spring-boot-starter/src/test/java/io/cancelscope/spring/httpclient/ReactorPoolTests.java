package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.resources.ConnectionPoolMetrics;
import reactor.netty.resources.ConnectionProvider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call that waits for a connection of Reactor Netty's pool leaves the queue with its
 * scope. The queue has room for one call, and the pool's only connection is in use.
 */
@Timeout(60)
class ReactorPoolTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final CancelScopes scopes = CancelScopes.create();

	private final AtomicReference<ConnectionPoolMetrics> metrics = new AtomicReference<>();

	private final ConnectionProvider pool = ConnectionProvider.builder("one")
		.maxConnections(1)
		.pendingAcquireMaxCount(1)
		.metrics(true, () -> (name, id, remote, metrics) -> this.metrics.set(metrics))
		.build();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		this.pool.dispose();
	}

	@ParameterizedTest
	@EnumSource
	void callThatIsStoppedLeavesTheQueueToOthers(ReactorNettyTests.Door door) throws Exception {
		Rush.Call client = door.client(this.pool);
		FutureTask<String> first = Worker.PLATFORM.call(() -> client.call(this.peer.url(Peer.HELD)));
		this.peer.awaitRequest();

		for (int i = 0; i < 3; i++) {
			stopWhileWaiting(client);
		}
		FutureTask<String> other = Worker.PLATFORM.call(() -> client.call(this.peer.url(Peer.LENGTH)));
		awaitPending(1);
		this.peer.listen();

		assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("fine");
		assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("fine");
		assertThat(this.peer.connections()).isOne();
	}

	private void stopWhileWaiting(Rush.Call client) throws Exception {
		AtomicReference<CancelScope> quote = new AtomicReference<>();
		FutureTask<String> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			return client.call(this.peer.url(Peer.LENGTH));
		}));
		awaitPending(1);
		quote.get().cancel();
		assertThat(ScopeCancelledException.findIn(Worker.failure(call))).isNotNull();
		awaitPending(0);
	}

	private void awaitPending(int count) {
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(this.metrics.get().pendingAcquireSize()).isEqualTo(count));
	}

}
