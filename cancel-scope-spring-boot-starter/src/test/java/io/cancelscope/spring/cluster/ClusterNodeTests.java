package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeCommands;
import io.cancelscope.spring.cluster.ClusterResult.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Three nodes in one JVM: commands, answers, and what goes wrong with an engine.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@SuppressWarnings("try")
class ClusterNodeTests {

	private static final ScopeOptions ORDER = ScopeOptions.named("import").withKey("order-42");

	private static final CancelRequest STOP = CancelRequest.byKey("order-42").withReason("wrong file").by("ada");

	private final MemoryEngine engine = new MemoryEngine();

	private final List<TestNode> nodes = new ArrayList<>();

	private TestNode node(TestNode.Settings settings) {
		TestNode node = settings.on(this.engine);
		this.nodes.add(node);
		return node;
	}

	/** The first one knows how many there are, so its answers are complete early. */
	private TestNode threeNodes() {
		TestNode first = node(TestNode.named("a").of(3));
		node(TestNode.named("b"));
		node(TestNode.named("c"));
		return first;
	}

	@AfterEach
	void closeNodes() {
		TestNode.trace = null;
		this.nodes.forEach(TestNode::close);
	}

	@Test
	void scopeOnAnotherNodeIsCancelled() throws Exception {
		TestNode first = threeNodes();
		try (OpenScope scope = this.nodes.get(2).scopes.openUnbound(ORDER);
				OpenScope other = this.nodes.get(1).scopes.openUnbound(ORDER.withKey("order-43"))) {
			ClusterResult result = first.cancel(STOP);

			assertThat(result).isEqualTo(new ClusterResult(3, 1, 0, 0, Cluster.REACHED));
			assertThat(scope.reason()).hasValue(
					new CancelReason(CancelReason.Kind.REQUESTED, "cancelled by 'ada': wrong file", null, "import"));
			assertThat(other.isCancelled()).isFalse();
		}
	}

	@Test
	void scopesOfAllNodesAreCounted() throws Exception {
		TestNode first = threeNodes();
		List<OpenScope> open = new ArrayList<>();
		for (TestNode node : this.nodes) {
			open.add(node.scopes.openUnbound(ORDER));
			open.add(node.scopes.openUnbound(ORDER));
		}
		open.get(3).cancel();

		assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 5, 1, 0, Cluster.REACHED));
		assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 0, 6, 0, Cluster.REACHED));
		open.forEach(OpenScope::close);
		assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 0, 0, 0, Cluster.REACHED));
	}

	@Test
	void scopesAreFoundByNameTraceAndId() throws Exception {
		TestNode first = threeNodes();
		TestNode second = this.nodes.get(1);
		TestNode.trace = "4bf92f35";
		try (OpenScope traced = second.scopes.openUnbound(ScopeOptions.named("traced"))) {
			TestNode.trace = null;
			try (OpenScope named = second.scopes.openUnbound(ScopeOptions.named("named"));
					OpenScope shown = second.scopes.openUnbound(ScopeOptions.named("shown"))) {
				assertThat(first.cancel(CancelRequest.byName("named")).cancelled()).isOne();
				assertThat(named.isCancelled()).isTrue();
				assertThat(traced.isCancelled()).isFalse();
				assertThat(first.cancel(CancelRequest.byTrace("4bf92f35")).cancelled()).isOne();
				assertThat(traced.isCancelled()).isTrue();
				ScopeCommands.Listing listing = first.node.list(10, null).get(60, TimeUnit.SECONDS);
				String id = listing.nodes()
					.stream()
					.flatMap((node) -> node.scopes().stream())
					.filter((scope) -> scope.name().equals("shown"))
					.findFirst()
					.orElseThrow()
					.id();
				assertThat(shown.isCancelled()).isFalse();
				assertThat(first.cancel(CancelRequest.byId(id)).cancelled()).isOne();
				assertThat(shown.isCancelled()).isTrue();
			}
		}
	}

	@Test
	void scopesOfAllNodesAreListed() throws Exception {
		TestNode first = threeNodes();
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			open.add(this.nodes.get(2).scopes.openUnbound(ORDER.withTimeout(Duration.ofHours(1))));
		}
		open.add(first.scopes.openUnbound(ScopeOptions.named("here")));

		ScopeCommands.Listing listing = first.node.list(60, null).get(60, TimeUnit.SECONDS);

		assertThat(listing.cluster()).isEqualTo("reached");
		assertThat(listing.nodes()).extracting(ScopeCommands.Node::node).containsExactlyInAnyOrder("a", "b", "c");
		assertThat(listing.nodes().get(0)).satisfies((node) -> {
			assertThat(node.node()).isEqualTo("a");
			assertThat(node.scopes()).singleElement().satisfies((scope) -> {
				assertThat(scope.name()).isEqualTo("here");
				assertThat(scope.key()).isNull();
				assertThat(scope.remaining()).isNull();
				assertThat(scope.cancelled()).isFalse();
			});
		});
		assertThat(listing.nodes()).filteredOn((node) -> node.node().equals("c")).singleElement().satisfies((node) -> {
			assertThat(node.total()).isEqualTo(100);
			assertThat(node.scopes()).hasSize(60)
				.allSatisfy((scope) -> assertThat(scope.key()).isEqualTo("order-42"))
				.allSatisfy((scope) -> assertThat(scope.remaining()).isBetween(Duration.ofMinutes(30),
						Duration.ofHours(1)));
		});
		open.forEach(OpenScope::close);
	}

	/** If the number of nodes is not known, the time to wait decides. */
	@Test
	void answersAreCollectedForTheTimeToWait() throws Exception {
		TestNode first = node(TestNode.named("a"));
		node(TestNode.named("b"));

		CompletableFuture<ClusterResult> future = first.node.cancel(STOP.withWait(Duration.ofSeconds(2)));
		// The request, and the answer of the other node.
		await().atMost(Duration.ofSeconds(60)).until(() -> this.engine.sent().size() == 2);
		first.time.advance(Duration.ofMillis(1_999));
		assertThat(future).isNotDone();
		assertThat(first.node.pending()).isOne();
		first.time.advance(Duration.ofMillis(1));

		assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(new ClusterResult(2, 0, 0, 0, Cluster.REACHED));
		assertThat(first.node.pending()).isZero();
		assertThat(first.time.pending()).isZero();
	}

	@Test
	void withoutATimeToWaitOnlyThisNodeIsCounted() throws Exception {
		TestNode first = node(TestNode.named("a"));
		TestNode second = node(TestNode.named("b"));
		try (OpenScope here = first.scopes.openUnbound(ORDER); OpenScope there = second.scopes.openUnbound(ORDER)) {
			ClusterResult result = first.cancel(STOP.withWait(Duration.ZERO));

			assertThat(result.cluster()).isEqualTo(Cluster.REACHED);
			assertThat(result.nodes()).isBetween(1, 2);
			assertThat(here.isCancelled()).isTrue();
			await().atMost(Duration.ofSeconds(60)).until(there::isCancelled);
		}
		assertThat(first.time.pending()).isZero();
	}

	@Test
	void thisNodeIsCancelledIfTheEngineIsDown() throws Exception {
		TestNode first = threeNodes();
		this.engine.setDown(true);
		try (OpenScope here = first.scopes.openUnbound(ORDER);
				OpenScope there = this.nodes.get(1).scopes.openUnbound(ORDER)) {
			assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(1, 1, 0, 0, Cluster.UNREACHED));
			assertThat(first.cancel(STOP.withWait(Duration.ZERO)).cluster()).isEqualTo(Cluster.UNREACHED);
			assertThat(here.isCancelled()).isTrue();
			assertThat(there.isCancelled()).isFalse();

			this.engine.setDown(false);
			assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 1, 1, 0, Cluster.REACHED));
		}
	}

	/** The engine takes messages and delivers none, as behind a broken proxy. */
	@Test
	void engineThatDeliversNothingIsNotReached() throws Exception {
		TestNode first = threeNodes();
		this.engine.setSilent(true);
		try (OpenScope here = first.scopes.openUnbound(ORDER)) {
			CompletableFuture<ClusterResult> future = first.node.cancel(STOP);
			await().atMost(Duration.ofSeconds(60)).until(here::isCancelled);
			first.time.advance(Duration.ofMillis(500));

			assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(new ClusterResult(1, 1, 0, 0, Cluster.UNREACHED));
		}
	}

	@Test
	void clusterThatIsOffCancelsHere() throws Exception {
		TestNode alone = TestNode.named("a").on(null);
		this.nodes.add(alone);
		try (OpenScope scope = alone.scopes.openUnbound(ORDER)) {
			assertThat(alone.cancel(STOP)).isEqualTo(new ClusterResult(1, 1, 0, 0, Cluster.OFF));
			assertThat(scope.isCancelled()).isTrue();
			assertThat(alone.node.list(1, null).get(60, TimeUnit.SECONDS).nodes()).hasSize(1);
		}
		assertThat(alone.time.pending()).isZero();
	}

	/** At most once: a message that the engine repeats is not executed again. */
	@Test
	void repeatedCommandIsNotExecutedAgain() throws Exception {
		TestNode first = threeNodes();
		first.cancel(STOP);
		byte[] command = this.engine.sent().get(0);
		await().atMost(Duration.ofSeconds(60)).until(() -> this.engine.sent().size() == 3);
		try (OpenScope later = this.nodes.get(1).scopes.openUnbound(ORDER)) {
			for (int i = 0; i < 10; i++) {
				this.engine.deliver(command);
			}
			// A command that is executed is answered, and nothing else was.
			assertThat(first.cancel(CancelRequest.byKey("other")).nodes()).isEqualTo(3);
			await().atMost(Duration.ofSeconds(60)).until(() -> this.engine.sent().size() == 6);
			assertThat(later.isCancelled()).isFalse();
		}
	}

	@Test
	void recordedCommandIsTooOldWhenItsNumberIsForgotten() throws Exception {
		TestNode first = threeNodes();
		TestNode second = this.nodes.get(1);
		first.cancel(STOP);
		byte[] command = this.engine.sent().get(0);
		assertThat(second.node.seen()).isOne();
		// Just before it is forgotten, and just after.
		second.clock.addAndGet(59_999);
		second.time.advance(Duration.ofMillis(59_999));
		assertThat(second.node.seen()).isOne();
		this.engine.deliver(command);
		second.clock.addAndGet(2);
		second.time.advance(Duration.ofMillis(2));
		assertThat(second.node.seen()).isZero();
		try (OpenScope later = second.scopes.openUnbound(ORDER)) {
			this.engine.deliver(command);

			assertThat(second.node.refusals().count(Refusal.TOO_OLD)).isEqualTo(2);
			assertThat(second.node.seen()).isZero();
			assertThat(later.isCancelled()).isFalse();
		}
	}

	@Test
	void commandFromTheFutureIsRefused() throws Exception {
		TestNode first = threeNodes();
		first.clock.addAndGet(30_001);
		try (OpenScope scope = this.nodes.get(1).scopes.openUnbound(ORDER)) {
			CompletableFuture<ClusterResult> future = first.node.cancel(STOP);
			await().atMost(Duration.ofSeconds(60))
				.until(() -> this.nodes.get(1).node.refusals().count(Refusal.FROM_THE_FUTURE) == 1);
			first.time.advance(Duration.ofMillis(500));

			assertThat(future.get(60, TimeUnit.SECONDS).nodes()).isOne();
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void hostileMessagesChangeNothing() throws Exception {
		TestNode first = threeNodes();
		Messages stranger = new Messages("another secret of enough characters", "shop", Duration.ofSeconds(30));
		try (OpenScope scope = first.scopes.openUnbound(ORDER)) {
			for (int i = 0; i < 1_000; i++) {
				this.engine.deliver(stranger
					.write(new Message.Cancel(new Message.Origin(i, "x", new UUID(i, i), first.clock.get()), STOP)));
				this.engine.deliver(new byte[i]);
			}
			this.engine.deliver(new byte[1_000_000]);

			assertThat(first.node.refusals().count(Refusal.WRONG_SIGNATURE)).isEqualTo(1_000);
			assertThat(first.node.refusals().count(Refusal.UNKNOWN)).isEqualTo(1_000);
			assertThat(first.node.refusals().count(Refusal.TOO_LARGE)).isOne();
			assertThat(first.node.seen()).isZero();
			assertThat(scope.isCancelled()).isFalse();
			assertThat(first.cancel(STOP).cancelled()).isOne();
		}
	}

	@Test
	void tenThousandCommandsForUnknownKeysLeaveNothing() throws Exception {
		TestNode first = threeNodes();
		List<CompletableFuture<ClusterResult>> batch = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			batch.add(first.node.cancel(CancelRequest.byKey("unknown-" + i)));
			if (batch.size() == 500) {
				for (CompletableFuture<ClusterResult> each : batch) {
					assertThat(each.get(60, TimeUnit.SECONDS))
						.isEqualTo(new ClusterResult(3, 0, 0, 0, Cluster.REACHED));
				}
				batch.clear();
			}
		}

		for (TestNode node : this.nodes) {
			assertThat(node.node.pending()).isZero();
			await().atMost(Duration.ofSeconds(60)).until(() -> node.node.running() == 0);
			assertThat(node.time.pending()).isZero();
			node.time.advance(Duration.ofMinutes(2));
			assertThat(node.node.seen()).isZero();
		}
	}

	@Test
	void oneOfAHundredThousandKeysIsFound() throws Exception {
		TestNode first = threeNodes();
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			open.add(this.nodes.get(1).scopes.openUnbound(ScopeOptions.named("import").withKey("order-" + i)));
		}

		assertThat(first.cancel(CancelRequest.byKey("order-77777")).cancelled()).isOne();
		assertThat(open.stream().filter(OpenScope::isCancelled)).containsExactly(open.get(77_777));
		open.forEach(OpenScope::close);
	}

	@Test
	void requestsByNameAreLimitedOnTheNodeThatSendsThem() throws Exception {
		TestNode first = node(TestNode.named("a").of(1).withBroadPerMinute(2));
		first.cancel(CancelRequest.byName("import"));
		first.cancel(CancelRequest.byTrace("4bf92f35"));

		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> first.cancel(CancelRequest.byName("import")))
			.withMessageContaining(
					"Too many requests by name or by trace id: more than 2 in a minute (cancel-scope.cluster.broad-per-minute)");
		first.cancel(STOP);
		first.time.advance(Duration.ofSeconds(30));
		first.cancel(CancelRequest.byName("import"));
	}

	@Test
	void requestsByNameAreLimitedOnTheNodeThatReceivesThem() throws Exception {
		TestNode first = node(TestNode.named("a").of(2));
		TestNode second = node(TestNode.named("b").withBroadPerMinute(1));
		try (OpenScope one = second.scopes.openUnbound(ORDER)) {
			assertThat(first.cancel(CancelRequest.byName("import")).cancelled()).isOne();
			try (OpenScope two = second.scopes.openUnbound(ORDER)) {
				CompletableFuture<ClusterResult> future = first.node.cancel(CancelRequest.byName("import"));
				await().atMost(Duration.ofSeconds(60)).until(() -> second.node.refusals().count(Refusal.TOO_MANY) == 1);
				first.time.advance(Duration.ofMillis(500));
				assertThat(future.get(60, TimeUnit.SECONDS).nodes()).isOne();
				assertThat(two.isCancelled()).isFalse();

				assertThat(first.cancel(STOP).cancelled()).isOne();
			}
		}
	}

	@Test
	void callbackThatBlocksDelaysNeitherAnswersNorMessages() throws Exception {
		TestNode first = threeNodes();
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch stopping = new CountDownLatch(1);
		OpenScope scope = this.nodes.get(1).scopes.openUnbound(ORDER);
		scope.onCancel((reason) -> {
			stopping.countDown();
			awaitQuietly(release);
		});
		assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 1, 0, 0, Cluster.REACHED));
		assertThat(stopping.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(first.cancel(STOP)).isEqualTo(new ClusterResult(3, 0, 1, 0, Cluster.REACHED));
		release.countDown();
		scope.close();
	}

	/** Race: commands wait for answers while the node closes. */
	@Test
	void nodeThatClosesCompletesWhatWaits() throws Exception {
		TestNode first = node(TestNode.named("a"));
		List<CompletableFuture<ClusterResult>> futures = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			futures.add(first.node.cancel(STOP));
		}
		first.close();

		for (CompletableFuture<ClusterResult> each : futures) {
			assertThat(each.get(60, TimeUnit.SECONDS).nodes()).isBetween(0, 1);
		}
		assertThat(first.cancel(STOP).nodes()).isBetween(0, 1);
		assertThat(first.time.pending()).isZero();
		this.engine.deliver(this.engine.sent().get(0));
	}

	@Test
	void tooManyThatWaitAreRefused() {
		TestNode first = node(TestNode.named("a"));
		List<CompletableFuture<ClusterResult>> waiting = new ArrayList<>();
		while (waiting.size() < ClusterNode.MOST_PENDING) {
			for (int i = 0; i < 250; i++) {
				waiting.add(first.node.cancel(STOP));
			}
			await().atMost(Duration.ofSeconds(60)).until(() -> first.node.running() == 0);
		}
		assertThat(waiting).noneMatch(CompletableFuture::isDone);

		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> first.cancel(STOP))
			.withMessageContaining("Too many requests to cancel are being executed");

		first.time.advance(Duration.ofSeconds(1));
		assertThat(waiting)
			.allSatisfy((each) -> assertThat(each.get(60, TimeUnit.SECONDS).cluster()).isEqualTo(Cluster.REACHED));
		assertThat(first.node.pending()).isZero();
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
