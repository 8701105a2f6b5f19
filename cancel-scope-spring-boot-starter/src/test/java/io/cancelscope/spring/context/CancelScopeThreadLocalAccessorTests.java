package io.cancelscope.spring.context;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.LogLines;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.cancelscope.testing.ManualTime;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * PR-16: context-propagation's snapshots take the scope along, in every order in which
 * somebody might use them. No Spring in here.
 */
class CancelScopeThreadLocalAccessorTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().build();

	private final ContextSnapshotFactory clearing = ContextSnapshotFactory.builder().clearMissing(true).build();

	private final CancelScopeThreadLocalAccessor accessor = new CancelScopeThreadLocalAccessor();

	private final ExecutorService worker = Executors.newSingleThreadExecutor();

	@AfterEach
	void allThreadsAreBackAtTheRoot() {
		assertThat(current()).isEqualTo("root");
		assertThat(onWorker(CancelScopeThreadLocalAccessorTests::current)).isEqualTo("root");
		this.worker.shutdown();
	}

	@Test
	void accessorIsFoundByTheServiceLoaderUnderTheKeyOfTheReactorContext() {
		assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
			.filteredOn((accessor) -> accessor.key().equals(ScopeInContext.KEY))
			.hasOnlyElementsOfType(CancelScopeThreadLocalAccessor.class)
			.hasSize(1);
	}

	@Test
	@CarryingRow(way = "Micrometer's `ContextSnapshot`", carried = "yes", by = "the `ThreadLocalAccessor`")
	void snapshotTakesTheScopeToAnotherThreadAndOffAgain() {
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			ContextSnapshot snapshot = this.snapshots.captureAll();
			assertThat(onWorker(snapshotted(snapshot, CancelScopeThreadLocalAccessorTests::current)))
				.isEqualTo("request");
			assertThat(onWorker(CancelScopeThreadLocalAccessorTests::current)).isEqualTo("root");
		}
	}

	@Test
	@CarryingRow(way = "Micrometer's `ContextExecutorService`", carried = "yes", by = "the `ThreadLocalAccessor`")
	void wrappedExecutorTakesTheScopeOfWhoSubmits() {
		ExecutorService executor = ContextExecutorService.wrap(this.worker, this.snapshots::captureAll);
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			assertThat(executor.submit(CancelScopeThreadLocalAccessorTests::current)).succeedsWithin(SOON)
				.isEqualTo("request");
		}
	}

	@Test
	void snapshotOfNothingChangesNothingUnlessItClears() {
		ContextSnapshot nothing = this.snapshots.captureAll();
		ContextSnapshot clears = this.clearing.captureAll();
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			assertThat(snapshotted(nothing, CancelScopeThreadLocalAccessorTests::current).get()).isEqualTo("request");
			assertThat(snapshotted(clears, CancelScopeThreadLocalAccessorTests::current).get()).isEqualTo("root");
			assertThat(current()).isEqualTo("request");
		}
	}

	@Test
	void snapshotsNest() {
		OpenScope first = this.scopes.openUnbound(ScopeOptions.named("first"));
		OpenScope second = this.scopes.openUnbound(ScopeOptions.named("second"));

		this.accessor.setValue(first);
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		this.accessor.setValue(second);
		this.accessor.setValue(inner);
		this.accessor.setValue();
		assertThat(current()).isEqualTo("root");
		this.accessor.restore(inner);
		assertThat(current()).isEqualTo("inner");
		this.accessor.restore(second);
		assertThat(current()).isEqualTo("second");
		this.accessor.restore(inner);
		assertThat(current()).isEqualTo("inner");
		inner.close();
		assertThat(current()).isEqualTo("first");
		this.accessor.restore();

		first.close();
		second.close();
		assertThat(inner.isCancelled()).isFalse();
	}

	@Test
	void assigningWhatIsCurrentNestsToo() {
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		try (request) {
			this.accessor.setValue(other);
			this.accessor.setValue(request);
			this.accessor.setValue(request);
			this.accessor.restore(request);
			assertThat(current()).isEqualTo("request");
			this.accessor.restore(other);
			assertThat(current()).isEqualTo("other");
			this.accessor.restore(request);
			assertThat(current()).isEqualTo("request");
		}
		other.close();
	}

	@Test
	void clearingAnEmptyThreadAndRestoringItDoesNothing() {
		this.accessor.setValue();
		assertThat(this.accessor.getValue()).isNull();
		this.accessor.restore();
		this.accessor.restore();
		assertThat(current()).isEqualTo("root");
	}

	@Test
	void restorationWithoutAnAssignmentDoesNothing() {
		OpenScope closed = this.scopes.openUnbound(ScopeOptions.named("closed"));
		closed.close();
		this.accessor.restore(closed);
		assertThat(current()).isEqualTo("root");
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			this.accessor.restore();
			this.accessor.restore(closed);
			assertThat(current()).isEqualTo("request");
		}
	}

	@Test
	void secondRestorationDoesNotBringBackAScopeThatHasGone() {
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		this.accessor.setValue(other);
		this.accessor.restore(request);
		request.close();
		this.accessor.restore(request);
		assertThat(current()).isEqualTo("root");
		other.close();
	}

	@Test
	void outerRestoredBeforeInnerTakesOffBoth() {
		OpenScope outer = this.scopes.openUnbound(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.openUnbound(ScopeOptions.named("inner"));
		this.accessor.setValue(outer);
		this.accessor.setValue(inner);
		this.accessor.restore();
		assertThat(current()).isEqualTo("root");
		this.accessor.restore(outer);
		assertThat(current()).isEqualTo("root");
		inner.close();
		outer.close();
	}

	@Test
	void restorationOnAnotherThreadLeavesThatThreadAlone() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		this.accessor.setValue(request);
		String there = onWorker(() -> {
			OpenScope own = this.scopes.open(ScopeOptions.named("own"));
			try (own) {
				this.accessor.restore();
				this.accessor.restore(request);
				return current();
			}
		});
		assertThat(there).isEqualTo("own");
		assertThat(current()).isEqualTo("request");
		this.accessor.restore();
		request.close();
	}

	@Test
	void scopeForgottenInsideASnapshotIsClosedAndToldInTheLog() {
		LogLines log = new LogLines();
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		this.accessor.setValue(request);
		OpenScope forgotten = this.scopes.open(ScopeOptions.named("forgotten"));
		this.accessor.restore();
		log.close();
		assertThat(current()).isEqualTo("root");
		assertThat(forgotten.reason())
			.hasValueSatisfying((reason) -> assertThat(reason.kind()).isEqualTo(CancelReason.Kind.MISNESTED));
		assertThat(log.thrown()).singleElement()
			.asString()
			.startsWith("Closed an attachment of 'request' while 'forgotten'");
		forgotten.close();
		request.close();
	}

	@Test
	void snapshotOfAScopeThatEndedInTimeIsReleased() {
		ContextSnapshot snapshot = captureIn(ScopeOptions.named("request").withTimeout(Duration.ofSeconds(1)));
		this.time.advance(Duration.ofSeconds(2));
		assertThat(onWorker(snapshotted(snapshot, CancelScopeThreadLocalAccessorTests::current))).isEqualTo("root");
	}

	@Test
	void snapshotOfAScopeThatEndedInTimeFallsBackToTheOneAround() {
		OpenScope around = this.scopes.open(ScopeOptions.named("around"));
		ContextSnapshot snapshot = captureIn(ScopeOptions.named("request"));
		assertThat(onWorker(snapshotted(snapshot, CancelScopeThreadLocalAccessorTests::current))).isEqualTo("around");
		// Here it is current anyway, and restoring must take off what was put on all the
		// same.
		assertThat(snapshotted(snapshot, CancelScopeThreadLocalAccessorTests::current).get()).isEqualTo("around");
		around.close();
	}

	@Test
	void snapshotOfAScopeThatRanOutOfTimeStaysCancelled() {
		OpenScope request = this.scopes.open(ScopeOptions.timeout(Duration.ofSeconds(1)));
		ContextSnapshot snapshot = this.snapshots.captureAll();
		this.time.advance(Duration.ofSeconds(1));
		request.close();
		assertThat(onWorker(snapshotted(snapshot, () -> CancelScope.current().isCancelled()))).isTrue();
	}

	@Test
	void scopeThatClosesWhileItsSnapshotIsInForceIsTakenOff() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		this.accessor.setValue(request);
		request.close();
		assertThat(current()).isEqualTo("root");
		this.accessor.setValue();
		this.accessor.restore();
		this.accessor.restore();
		assertThat(current()).isEqualTo("root");
	}

	@Test
	void noScopeIsOpenedAndNoneIsClosed() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		onWorker(() -> {
			this.accessor.setValue(request);
			assertThat(CancelScope.current()).isSameAs(request);
			this.accessor.restore();
			return "";
		});
		assertThat(request.cancel("still open")).isTrue();
		request.close();
	}

	/** A snapshot of a scope that has been closed since. */
	private ContextSnapshot captureIn(ScopeOptions options) {
		OpenScope scope = this.scopes.open(options);
		try (scope) {
			return this.snapshots.captureAll();
		}
	}

	private static <T> Supplier<T> snapshotted(ContextSnapshot snapshot, Supplier<T> supplier) {
		return () -> {
			ContextSnapshot.Scope inForce = snapshot.setThreadLocals();
			try (inForce) {
				return supplier.get();
			}
		};
	}

	private <T> T onWorker(Supplier<T> supplier) {
		CompletableFuture<T> future = CompletableFuture.supplyAsync(supplier, this.worker);
		assertThat(future).succeedsWithin(SOON);
		return future.join();
	}

	private static String current() {
		return CancelScope.current().name();
	}

}
