package io.cancelscope.spring.grpc;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.grpc.ManagedChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Many calls in one scope that stays open, and in scopes inside of it that come and go:
 * neither memory nor threads grow. {@code -Dcancel-scope.grpc.soak=100000} makes it many.
 */
@Timeout(900)
class ClientSoakTests {

	private static final int COUNT = Integer.getInteger("cancel-scope.grpc.soak", 2_000);

	/** Of these every one is cancelled. */
	private static final int CANCELLED = 20;

	private final CancelScopes scopes = CancelScopes.create();

	private CallPeer peer;

	private ManagedChannel channel;

	@Test
	void memoryAndThreadsStayFlat() throws Exception {
		CallPeer peer = new CallPeer(Transport.NETTY);
		this.peer = peer;
		OpenScope held = this.scopes.open(ScopeOptions.named("held").withTimeout(Duration.ofHours(1)));
		try (peer; held) {
			this.channel = this.peer.channel();
			calls(COUNT / 4);
			long heap = usedAfterCollection();
			int threads = threads();

			List<WeakReference<OpenScope>> closed = calls(COUNT);

			long growth = usedAfterCollection() - heap;
			System.out.printf("%d calls: heap %+d kB (%d kB), threads %+d (%d)%n", COUNT, growth / 1024, heap / 1024,
					threads() - threads, threads);
			// A call that stays behind takes 2 kB and more.
			assertThat(growth).as("growth of the heap").isLessThan(1_000_000 + COUNT * 100L);
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(threads()).isLessThanOrEqualTo(threads + 4));
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				System.gc();
				assertThat(closed).allMatch((scope) -> scope.get() == null);
			});
		}
	}

	/** The last scopes of them, which are closed by now. */
	private List<WeakReference<OpenScope>> calls(int count) throws Exception {
		CallStub[] stubs = CallStub.values();
		List<WeakReference<OpenScope>> closed = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			CallStub stub = stubs[i % stubs.length];
			switch (i % 3) {
				case 0 -> echo(stub);
				case 1 -> this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> echo(stub));
				default -> {
					OpenScope scope = this.scopes.open(ScopeOptions.named("inner").shield());
					try (scope) {
						echo(stub);
					}
					if (i > count - 100) {
						closed.add(new WeakReference<>(scope));
					}
				}
			}
			if (i % CANCELLED == 0) {
				cancelled(stub);
			}
		}
		return closed;
	}

	private void echo(CallStub stub) throws Exception {
		assertThat(stub.call(this.channel, CallPeer.ECHO)).isEqualTo(stub.echo());
		this.peer.arrival();
	}

	private void cancelled(CallStub stub) throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("cancelled"));
		try (scope) {
			Thread canceller = new Thread(() -> {
				try {
					this.peer.arrival();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				scope.cancel();
			});
			canceller.start();
			Throwable failure = catchThrowable(scope.wrap(() -> stub.call(this.channel, CallPeer.HANG))::call);
			assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
			canceller.join();
		}
	}

	private static long usedAfterCollection() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	private static int threads() {
		return ManagementFactory.getThreadMXBean().getThreadCount();
	}

}
