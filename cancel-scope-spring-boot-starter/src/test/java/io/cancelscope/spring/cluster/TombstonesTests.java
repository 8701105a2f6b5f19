package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A request for a key a moment before its scope opens.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@SuppressWarnings("try")
class TombstonesTests {

	private static final ScopeOptions ORDER = ScopeOptions.named("import").withKey("order-42");

	private static final CancelRequest STOP = CancelRequest.byKey("order-42").withReason("wrong file").by("ada");

	private static final TestNode.Settings WITH_TOMBSTONES = TestNode.named("b").withTombstones(Duration.ofSeconds(10));

	private final MemoryEngine engine = new MemoryEngine();

	private final List<TestNode> nodes = new ArrayList<>();

	private TestNode node(TestNode.Settings settings) {
		TestNode node = settings.on(this.engine);
		this.nodes.add(node);
		return node;
	}

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(TestNode::close);
	}

	@Test
	void scopeThatOpensLaterIsCancelledOnce() throws Exception {
		TestNode first = node(WITH_TOMBSTONES.of(2));
		TestNode second = node(WITH_TOMBSTONES);
		first.cancel(STOP);
		second.time.advance(Duration.ofMillis(9_999));

		try (OpenScope scope = second.scopes.openUnbound(ORDER);
				OpenScope again = second.scopes.openUnbound(ORDER);
				OpenScope other = second.scopes.openUnbound(ORDER.withKey("order-43"))) {
			assertThat(scope.reason().orElseThrow().message()).isEqualTo("cancelled by 'ada': wrong file");
			assertThat(again.isCancelled()).isFalse();
			assertThat(other.isCancelled()).isFalse();
		}
		assertThat(second.tombstones.size()).isZero();
	}

	@Test
	void tombstoneIsGoneAfterItsTime() throws Exception {
		TestNode only = node(WITH_TOMBSTONES.of(1));
		only.cancel(STOP);
		only.time.advance(Duration.ofSeconds(10));

		try (OpenScope scope = only.scopes.openUnbound(ORDER)) {
			assertThat(scope.isCancelled()).isFalse();
		}
		assertThat(only.tombstones.size()).isZero();
	}

	@Test
	void requestsByOtherThanKeyLeaveNone() throws Exception {
		TestNode only = node(WITH_TOMBSTONES.of(1));
		only.cancel(CancelRequest.byName("import"));

		assertThat(only.tombstones.size()).isZero();
	}

	/** Who was stopped can start again at once, on any node. */
	@Test
	void noneIsLeftOnAnyNodeIfOneHadAnOpenScope() throws Exception {
		TestNode first = node(WITH_TOMBSTONES.of(3));
		TestNode second = node(WITH_TOMBSTONES);
		TestNode third = node(WITH_TOMBSTONES);
		OpenScope scope = third.scopes.openUnbound(ORDER);

		assertThat(first.cancel(STOP).cancelled()).isOne();

		scope.close();
		assertThat(third.tombstones.size()).isZero();
		await().atMost(Duration.ofSeconds(60)).until(() -> first.tombstones.size() + second.tombstones.size() == 0);
	}

	@Test
	void noneIsLeftIfTheNodeThatWasAskedHadAnOpenScope() throws Exception {
		TestNode first = node(WITH_TOMBSTONES.of(2));
		TestNode second = node(WITH_TOMBSTONES);
		try (OpenScope scope = first.scopes.openUnbound(ORDER)) {
			assertThat(first.cancel(STOP).cancelled()).isOne();
			assertThat(scope.isCancelled()).isTrue();
		}
		// The request, the answer of the other node, and that of this one.
		await().atMost(Duration.ofSeconds(60)).until(() -> this.engine.sent().size() == 3);
		await().atMost(Duration.ofSeconds(60)).until(() -> second.node.running() == 0);
		await().atMost(Duration.ofSeconds(60)).until(() -> second.tombstones.size() == 0);
		try (OpenScope again = second.scopes.openUnbound(ORDER)) {
			assertThat(again.isCancelled()).isFalse();
		}
	}

	/** Race: the answer of a node overtakes the request that it answers. */
	@Test
	void noneIsLaidIfTheAnswerOfAnotherNodeIsThereFirst() {
		Tombstones tombstones = new Tombstones(new ManualTime(), Duration.ofSeconds(10));
		UUID command = UUID.randomUUID();
		tombstones.found(command);

		tombstones.lay(STOP, command);

		assertThat(tombstones.size()).isZero();
		tombstones.lay(STOP, UUID.randomUUID());
		assertThat(tombstones.size()).isOne();
	}

	@Test
	void authorizationIsAskedForScopesThatOpenLater() throws Exception {
		TestNode only = node(WITH_TOMBSTONES.of(1));
		only.authorizations.add((request, scope) -> scope.name().equals("import"));
		only.cancel(STOP);

		try (OpenScope refused = only.scopes.openUnbound(ORDER.withName("payment"));
				OpenScope allowed = only.scopes.openUnbound(ORDER)) {
			assertThat(refused.isCancelled()).isFalse();
			assertThat(allowed.isCancelled()).isTrue();
		}
	}

	@Test
	void numberIsBounded() {
		Tombstones tombstones = new Tombstones(new ManualTime(), Duration.ofSeconds(10));
		for (int i = 0; i < Tombstones.MOST + 100; i++) {
			tombstones.lay(CancelRequest.byKey("order-" + i), UUID.randomUUID());
		}

		assertThat(tombstones.size()).isEqualTo(Tombstones.MOST);
	}

	/**
	 * Race: one thread opens a scope, another one asks to cancel its key. Whichever comes
	 * first, the scope is cancelled.
	 */
	@Test
	void openingAndCancellingMeet() throws Exception {
		TestNode only = node(WITH_TOMBSTONES.of(1));
		CyclicBarrier together = new CyclicBarrier(2);
		for (int turn = 0; turn < 1_000; turn++) {
			ScopeOptions options = ScopeOptions.named("import").withKey("order-" + turn);
			CancelRequest request = CancelRequest.byKey("order-" + turn);
			CompletableFuture<OpenScope> opened = new CompletableFuture<>();
			Thread opener = new Thread(() -> {
				try {
					together.await(60, TimeUnit.SECONDS);
					opened.complete(only.scopes.openUnbound(options));
				}
				catch (Exception ex) {
					opened.completeExceptionally(ex);
				}
			});
			opener.start();
			together.await(60, TimeUnit.SECONDS);
			only.cancel(request);
			OpenScope scope = opened.get(60, TimeUnit.SECONDS);
			assertThat(scope.isCancelled()).as("turn %d", turn).isTrue();
			scope.close();
		}
		assertThat(only.scopes.findByKey("order-1")).isEmpty();
	}

	@Test
	void scopesOpenAsBeforeWithoutThem() {
		CancelScopes scopes = CancelScopes.create();
		try (OpenScope scope = scopes.openUnbound(ORDER)) {
			assertThat(scope.isCancelled()).isFalse();
		}
	}

}
