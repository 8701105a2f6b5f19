package io.cancelscope;

import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R17: the end of a scope, in order, twice, on another thread, and out of order.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ClosingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void closeRestoresWhatWasCurrent() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			try (OpenScope inner = this.scopes.open(ScopeOptions.none())) {
				assertThat(this.scopes.current()).isSameAs(inner);
			}
			assertThat(this.scopes.current()).isSameAs(outer);
		}
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void exceptionRestoresWhatWasCurrent() {
		assertThatIllegalStateException().isThrownBy(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			throw new IllegalStateException("broken");
		}));

		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void closeIsNoCancel() {
		OpenScope scope = this.scopes.open(ScopeOptions.none());

		scope.close();

		assertThat(scope.isCancelled()).isFalse();
		assertThat(scope.reason()).isEmpty();
	}

	@Test
	void secondCloseDoesNothing() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			OpenScope inner = this.scopes.open(ScopeOptions.none());
			inner.close();

			inner.close();

			assertThat(this.scopes.current()).isSameAs(outer);
		}
	}

	@Test
	void secondCloseOfACancelledScopeDoesNothing() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			OpenScope inner = this.scopes.open(ScopeOptions.none());
			inner.cancel();
			inner.close();

			inner.close();

			assertThat(this.scopes.current()).isSameAs(outer);
			assertThat(inner.isCancelled()).isTrue();
		}
	}

	@Test
	void closeOnAnotherThreadEndsTheScopeAndTheStackHeals() throws Exception {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			OpenScope inner = this.scopes.open(ScopeOptions.none());
			inner.onCancel(this.trail.adding("no"));

			onAnotherThread(inner::close);

			assertThat(this.scopes.current()).isSameAs(outer);
			assertThat(inner.cancel()).isFalse();
			assertThat(this.trail.words()).isEmpty();
		}
	}

	@Test
	void outerScopeClosedOnAnotherThreadLeavesTheInnerOneCurrent() throws Exception {
		OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		OpenScope inner = this.scopes.open(ScopeOptions.none());

		onAnotherThread(outer::close);

		this.time.advance(seconds(2));
		assertThat(this.scopes.current()).isSameAs(inner);
		assertThat(inner.isCancelled()).isFalse();
		inner.close();
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void scopeOpensInsideTheHealedOne() throws Exception {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			OpenScope inner = this.scopes.open(ScopeOptions.timeout(seconds(1)));
			onAnotherThread(inner::close);

			try (OpenScope next = this.scopes.open(ScopeOptions.none())) {
				assertThat(next.remaining()).isEmpty();
				outer.cancel();
				assertThat(next.isCancelled()).isTrue();
			}
		}
	}

	@Test
	void outerScopeClosedFirstTakesTheInnerOnesAlong() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope middle = this.scopes.open(ScopeOptions.named("middle"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		inner.onCancel(this.trail.adding("inner told"));

		assertThatIllegalStateException().isThrownBy(outer::close)
			.withMessageContainingAll("'outer'", "'middle'", "'inner'", "try-with-resources");

		assertThat(inner.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.MISNESTED);
		assertThat(middle.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.MISNESTED);
		assertThat(outer.isCancelled()).isFalse();
		assertThat(this.trail.words()).containsExactly("inner told");
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void innerCloseAfterTheOuterOneIsQuiet() {
		OpenScope outer = this.scopes.open(ScopeOptions.none());
		OpenScope inner = this.scopes.open(ScopeOptions.none());
		assertThatIllegalStateException().isThrownBy(outer::close);

		assertThatNoException().isThrownBy(inner::close);
		assertThatNoException().isThrownBy(outer::close);

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(inner::check);
	}

	@Test
	void scopeAroundAMisnestedPairIsUntouched() {
		try (OpenScope around = this.scopes.open(ScopeOptions.none())) {
			OpenScope outer = this.scopes.open(ScopeOptions.none());
			OpenScope inner = this.scopes.open(ScopeOptions.none());

			assertThatIllegalStateException().isThrownBy(outer::close);

			assertThat(this.scopes.current()).isSameAs(around);
			assertThat(around.isCancelled()).isFalse();
			assertThat(inner.isCancelled()).isTrue();
		}
	}

	@Test
	void forgottenCloseInABodyIsFound() {
		assertThatIllegalStateException()
			.isThrownBy(
					() -> this.scopes.run(ScopeOptions.named("body"), (scope) -> this.scopes.open(ScopeOptions.none())))
			.withMessageContaining("'body'");

		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void forgottenCloseDoesNotHideTheExceptionOfTheBody() {
		RuntimeException failure = new RuntimeException("broken");

		Throwable thrown = catchThrowable(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			this.scopes.open(ScopeOptions.none());
			throw failure;
		}));

		assertThat(thrown).isSameAs(failure);
		assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void attachmentClosedBeforeAScopeInsideItTakesThatAlong() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("carried"));
		Registration attached = scope.attach();
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));

		assertThatIllegalStateException().isThrownBy(attached::close).withMessageContaining("'inner'");

		assertThat(inner.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.MISNESTED);
		assertThat(scope.isCancelled()).isFalse();
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void scopeInsideAnAttachmentThatEndedOnAnotherThreadLeavesNothingBehind() throws Exception {
		OpenScope carried = this.scopes.openUnbound(ScopeOptions.named("carried"));
		Registration attached = carried.attach();
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));

		onAnotherThread(attached::close);
		assertThat(this.scopes.current()).isSameAs(inner);
		inner.close();

		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void scopeInsideAnAttachmentBelongsToWhatIsAttachedUntilThatReleasesIt() {
		OpenScope outer = this.scopes.openUnbound(ScopeOptions.named("outer"));
		OpenScope carried = Scopes.openIn(outer, this.scopes, ScopeOptions.named("carried"));
		try (Registration attached = carried.attach()) {
			OpenScope first = this.scopes.open(ScopeOptions.none());
			carried.close();
			OpenScope second = this.scopes.open(ScopeOptions.none());
			outer.cancel("enough");

			assertThat(first.reason()).get().extracting(CancelReason::origin).isEqualTo("outer");
			assertThat(second.reason()).get().extracting(CancelReason::origin).isEqualTo("outer");
			second.close();
			first.close();
		}
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void forgottenAttachmentInsideAScopeIsNamed() {
		OpenScope carried = this.scopes.openUnbound(ScopeOptions.named("carried"));
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		Registration attached = carried.attach();

		assertThatIllegalStateException().isThrownBy(scope::close).withMessageContaining("an attachment of 'carried'");

		assertThat(attached.unregister()).isFalse();
		assertThat(carried.isCancelled()).isFalse();
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void unboundScopesCloseInAnyOrder() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope child = Scopes.openIn(parent, this.scopes, ScopeOptions.none());

		assertThatNoException().isThrownBy(parent::close);

		assertThat(child.isCancelled()).isFalse();
		assertThatNoException().isThrownBy(child::close);
	}

	@Test
	void timerIsGoneWhenTheScopeCloses() {
		for (int i = 0; i < 1000; i++) {
			try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(9)))) {
				scope.onCancel(this.trail.adding("no"));
				assertThat(this.time.pending()).isEqualTo(1);
			}
		}

		assertThat(this.time.pending()).isZero();
	}

	private static void onAnotherThread(Runnable task) throws InterruptedException {
		Thread thread = new Thread(task);
		thread.start();
		thread.join(TimeUnit.SECONDS.toMillis(10));
		assertThat(thread.isAlive()).isFalse();
	}

	@Test
	void closingAnotherThreadsScopeLeavesTheOwnStackAlone() throws Exception {
		CancelScopes scopes = CancelScopes.create();
		OpenScope theirs = scopes.open(ScopeOptions.named("theirs"));
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> {
				try (OpenScope own = scopes.open(ScopeOptions.named("own"))) {
					theirs.close();
					return CancelScope.current() == own && !own.isCancelled();
				}
			});

			assertThat(outcome.value()).isEqualTo(true);
		}
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

}
