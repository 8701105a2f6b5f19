package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * R14: an exception of ours that comes from elsewhere is no reason to move on, and
 * whoever keeps one keeps no closed scope.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class MoveOnOriginTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void exceptionOfAnUnrelatedScopePassesACancelledOne() {
		try (OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"))) {
			other.cancel();

			Throwable thrown = movesOnAfter((scope) -> {
				throw other.exception();
			});

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@Test
	void exceptionOfADetachedScopeInsidePasses() {
		Throwable thrown = movesOnAfter(
				(scope) -> this.scopes.call(ScopeOptions.named("other").detached(), this::cancelAndCheck));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void exceptionOfAnAncestorBehindAShieldPasses() {
		try (OpenScope ancestor = this.scopes.open(ScopeOptions.named("ancestor"))) {
			ancestor.cancel();

			Throwable thrown = movesOnAfter(ScopeOptions.named("scope").shield(), (scope) -> {
				ancestor.check();
				return "value";
			});

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@Test
	void oldExceptionOfAnEarlierScopePasses() {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			RuntimeException old = exceptionOf(ScopeOptions.named("earlier"));

			Throwable thrown = movesOnAfter((scope) -> {
				throw old;
			});

			assertThat(thrown).isSameAs(old);
			assertThat(around.isCancelled()).isFalse();
		}
	}

	@Test
	void oldExceptionOfAScopeThatWasOpenedAroundNothingPasses() {
		RuntimeException old = exceptionOf(ScopeOptions.named("earlier"));

		Throwable thrown = movesOnAfter((scope) -> {
			throw old;
		});

		assertThat(thrown).isSameAs(old);
	}

	@Test
	void exceptionMadeAfterItsScopeHadClosedBelongsWhereThatWas() {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			OpenScope closed = this.scopes.openUnbound(ScopeOptions.named("closed"));
			closed.cancel();
			closed.close();
			around.cancel();

			assertThat(around.isCauseOf(closed.exception())).isTrue();
			Throwable thrown = movesOnAfter(ScopeOptions.named("beside").shield(), (scope) -> {
				throw closed.exception();
			});
			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@Test
	void exceptionThroughAFutureOfAnUnrelatedScopePasses() {
		CompletableFuture<String> future = CompletableFuture
			.failedFuture(exceptionOf(ScopeOptions.named("other").detached()));

		Throwable thrown = movesOnAfter((scope) -> future.join());

		assertThat(thrown).hasCauseInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void failureIsNoneOfOursThoughAnInnerScopeWasCancelled() {
		IllegalStateException failure = new IllegalStateException("card declined");

		Throwable thrown = movesOnAfter((scope) -> {
			assertThat(exceptionOf(ScopeOptions.named("inner"))).isNotNull();
			throw failure;
		});

		assertThat(thrown).isSameAs(failure);
	}

	@Test
	void failedScopeThatIsOpenIsTheCauseOfWhatItsOwnFailureStoppedAlone() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("scope"));
				OpenScope inner = Scopes.openIn(scope, this.scopes, ScopeOptions.named("inner"))) {
			inner.cancel();
			RuntimeException before = inner.exception();

			scope.failed(before);

			assertThat(scope.isCauseOf(before)).as("what it failed with").isFalse();
			assertThat(scope.isCauseOf(scope.exception())).as("what its failure stopped").isTrue();
		}
	}

	@Test
	void keptExceptionKeepsNoClosedScope() {
		List<WeakReference<CancelScope>> closed = new ArrayList<>();
		List<Throwable> kept = new ArrayList<>();
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			for (int i = 0; i < 100; i++) {
				kept.add(nestAndKeep(3, closed));
			}

			awaitCollected(closed);
			around.cancel();
			assertThat(kept).allMatch(around::isCauseOf);
		}
	}

	@Test
	void keptExceptionThatWasMadeAfterTheCloseKeepsNoClosedScope() {
		List<WeakReference<CancelScope>> closed = new ArrayList<>();
		List<Throwable> kept = new ArrayList<>();
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			for (int i = 0; i < 100; i++) {
				kept.add(closeAndKeep(closed));
			}

			awaitCollected(closed);
			around.cancel();
			assertThat(kept).allMatch(around::isCauseOf);
		}
	}

	private Throwable closeAndKeep(List<WeakReference<CancelScope>> closed) {
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		closed.add(new WeakReference<>(scope));
		scope.cancel();
		scope.close();
		return scope.exception();
	}

	@Test
	void keptExceptionOfAFactoryKeepsNoClosedScopeEither() {
		List<WeakReference<CancelScope>> closed = new ArrayList<>();
		RuntimeException kept = this.<RuntimeException>keepsNot(closed);

		awaitCollected(closed);
		assertThat(ScopeCancelledException.findIn(kept)).isNotNull();
	}

	@SuppressWarnings("unchecked")
	private <T> T keepsNot(List<WeakReference<CancelScope>> closed) {
		RuntimeException cause = new RuntimeException("its own");
		ScopeOptions options = ScopeOptions.none().exception((reason) -> new IllegalStateException("mine", cause));
		try (OpenScope scope = this.scopes.open(options)) {
			closed.add(new WeakReference<>(scope));
			scope.cancel();
			return (T) scope.exception();
		}
	}

	/** The exception of the innermost of some scopes, which all have closed. */
	private Throwable nestAndKeep(int depth, List<WeakReference<CancelScope>> closed) {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			closed.add(new WeakReference<>(scope));
			if (depth > 0) {
				return nestAndKeep(depth - 1, closed);
			}
			scope.cancel();
			return scope.exception();
		}
	}

	private static void awaitCollected(List<WeakReference<CancelScope>> closed) {
		await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			System.gc();
			assertThat(closed).allMatch((reference) -> reference.refersTo(null));
		});
	}

	/** Runs this in a scope that was cancelled by itself, and returns what passed. */
	private Throwable movesOnAfter(CancelScope.Operation<String, RuntimeException> operation) {
		return movesOnAfter(ScopeOptions.named("scope"), operation);
	}

	private Throwable movesOnAfter(ScopeOptions options, CancelScope.Operation<String, RuntimeException> operation) {
		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(options, (scope) -> {
			scope.cancel();
			return operation.call(scope);
		}, (reason) -> {
			this.trail.add("moved on");
			return "fallback";
		}));
		assertThat(this.trail.words()).isEmpty();
		return thrown;
	}

	private RuntimeException exceptionOf(ScopeOptions options) {
		try (OpenScope scope = this.scopes.open(options)) {
			scope.cancel();
			return scope.exception();
		}
	}

	private String cancelAndCheck(CancelScope scope) {
		scope.cancel();
		scope.check();
		return "value";
	}

}
