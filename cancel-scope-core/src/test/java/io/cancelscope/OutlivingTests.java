package io.cancelscope;

import java.util.concurrent.Callable;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * R16: work that outlives the scope it was started in. Each scenario is told twice: with
 * work that had begun when the scope closed, and with work that was still queued.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class OutlivingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void scopeThatClosedInTimeReleasesItsWork(boolean begun) {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		Work work = new Work(request, begun);

		request.close();
		this.time.advance(seconds(5));

		work.goOn(() -> {
			assertThat(this.scopes.isCancelled()).isFalse();
			assertThat(this.scopes.remaining()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void openAncestorsReachThroughAReleasedScope(boolean begun) {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.named("server").withTimeout(seconds(9)));
		OpenScope request = Scopes.openIn(server, this.scopes, ScopeOptions.timeout(seconds(1)));
		Work work = new Work(request, begun);
		request.close();
		this.time.advance(seconds(2));
		work.goOn(() -> assertThat(this.scopes.remaining()).contains(seconds(7)));

		server.cancel();

		work.goOn(() -> assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.scopes::check)
			.satisfies((thrown) -> assertThat(thrown.reason().origin()).isEqualTo("server")));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void scopeCancelledBeforeItClosedTakesItsWorkAlong(boolean begun) {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		Work work = new Work(request, begun);
		request.cancel();

		request.close();

		work.goOn(() -> assertThat(this.scopes.isCancelled()).isTrue());
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deadlinePassedBeforeTheCloseCountsAsCancelled(boolean begun) {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		Work work = new Work(request, begun);
		this.time.advance(seconds(1)); // and nobody has asked

		request.close();

		work.goOn(() -> assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(this.scopes::check));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void workOfAReleasedShieldBubblesToNobody(boolean begun) {
		OpenScope offer = this.scopes.openUnbound(ScopeOptions.named("offer").bubble());
		OpenScope shield = Scopes.openIn(offer, this.scopes, ScopeOptions.named("clean-up").shield());
		Work work = new Work(shield, begun);
		shield.close();

		work.goOn(() -> this.scopes.run(ScopeOptions.named("late"), (scope) -> scope.cancel("only this")));

		assertThat(offer.isCancelled()).isFalse();
	}

	@Test
	void scopeOpenInsideAShieldThatClosesBubblesToNobody() {
		OpenScope offer = this.scopes.openUnbound(ScopeOptions.named("offer").bubble());
		OpenScope shield = Scopes.openIn(offer, this.scopes, ScopeOptions.named("clean-up").shield());
		OpenScope inside = Scopes.openIn(shield, this.scopes, ScopeOptions.named("inside"));
		shield.close();

		inside.cancel("only this");

		assertThat(offer.isCancelled()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void shieldKeepsWhatIsAboveOutAlsoWhenClosed(boolean begun) {
		OpenScope outer = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope shield = Scopes.openIn(outer, this.scopes, ScopeOptions.timeout(seconds(1)).shield());
		Work work = new Work(shield, begun);

		shield.close();
		outer.cancel();
		this.time.advance(seconds(2));

		work.goOn(() -> assertThat(this.scopes.isCancelled()).isFalse());
	}

	@Test
	void queuedCallableOfAReleasedScopeRuns() throws Exception {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		Callable<String> queued = request.wrap((Callable<String>) () -> this.scopes.current().name());
		request.close();
		this.time.advance(seconds(5));

		assertThat(queued.call()).isEqualTo("root");
	}

	@Test
	void queuedCallableOfACancelledScopeFails() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		Callable<String> queued = request.wrap((Callable<String>) () -> this.scopes.current().name());
		this.time.advance(seconds(5));
		request.close();

		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(queued::call);
	}

	@Test
	void cancelOfAClosedScopeReachesNobody() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope below = Scopes.openIn(request, this.scopes, ScopeOptions.none());
		request.close();

		assertThat(request.cancel()).isFalse();

		assertThat(below.isCancelled()).isFalse();
	}

	@Test
	void callbackBelowAReleasedScopeHearsFromTheAncestors() {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.timeout(seconds(3)));
		OpenScope request = Scopes.openIn(server, this.scopes, ScopeOptions.timeout(seconds(1)));
		OpenScope work = Scopes.openIn(request, this.scopes, ScopeOptions.none());
		work.onCancel(this.trail.adding("work"));

		request.close();
		this.time.advance(seconds(2));
		assertThat(this.trail.words()).isEmpty();
		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("work");
	}

	@Test
	void ownDeadlineBelowAReleasedScopeGetsItsTimer() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope work = Scopes.openIn(request, this.scopes, ScopeOptions.timeout(seconds(2)));
		work.onCancel(this.trail.adding("work"));

		request.close();
		this.time.advance(seconds(2).minusNanos(1));
		assertThat(this.trail.words()).isEmpty();
		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("work");
	}

	@Test
	void callbackOnAReleasedScopeHearsFromTheAncestors() {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope request = Scopes.openIn(server, this.scopes, ScopeOptions.none());
		request.close();
		request.onCancel(this.trail.adding("heard"));

		server.cancel();

		assertThat(this.trail.words()).containsExactly("heard");
	}

	@Test
	void callbackOnAReleasedScopeWithoutAncestorsNeverRuns() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.none());
		request.close();

		Registration registration = request.onCancel(this.trail.adding("never"));

		assertThat(registration.unregister()).isTrue();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void releasedScopeItselfHasNoDeadlineLeft() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		request.attach().close();
		request.close();

		assertThat(request.remaining()).isEmpty();
		this.time.advance(seconds(2));
		assertThat(request.remaining()).isEmpty();
		assertThat(request.deadline()).isEmpty();
		assertThat(request.isCancelled()).isFalse();
	}

	@Test
	void currentOfAttachedWorkIsTheNearestAncestorStillOpen() {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.named("server"));
		OpenScope request = Scopes.openIn(server, this.scopes, ScopeOptions.named("request"));
		try (Registration attached = request.attach()) {
			assertThat(attached).isNotNull();
			request.close();
			assertThat(this.scopes.current()).isSameAs(server);

			server.close();
			assertThat(this.scopes.current().name()).isEqualTo("root");
		}
	}

	@Test
	void laterWorkOfACancelledScopeFailsWithItsFactorysException() {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.named("server"));
		OpenScope request = Scopes.openIn(server, this.scopes,
				ScopeOptions.named("request").exception((reason) -> new IllegalStateException("by the factory")));
		Work queued = new Work(request, false);
		server.cancel();
		request.close();

		queued.goOn(() -> this.scopes.run(ScopeOptions.none(),
				(later) -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(later::check)
					.withMessage("by the factory")));
	}

	@Test
	void detachedWorkIsReachedByNobody() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope detached = Scopes.openIn(request, this.scopes, ScopeOptions.none().detached());
		request.cancel();

		assertThat(detached.isCancelled()).isFalse();
		assertThat(detached.remaining()).isEmpty();
	}

	/**
	 * Work of a scope: begun, in a scope of its own, or queued and begun when it goes on.
	 */
	private final class Work {

		private final CancelScope current;

		Work(OpenScope scope, boolean begun) {
			this.current = begun ? Scopes.openIn(scope, OutlivingTests.this.scopes, ScopeOptions.named("work")) : scope;
			this.current.attach().close(); // carried, as by wrapping a task
		}

		void goOn(Runnable task) {
			this.current.wrap(task).run();
			this.current
				.wrap((Runnable) () -> OutlivingTests.this.scopes.run(ScopeOptions.none(), (inner) -> task.run()))
				.run();
		}

	}

}
