package io.cancelscope;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races with a close on the scope's own thread, which has found nothing to do but to say
 * so. Where a listener hears of cancellations, it reads the clock then.
 *
 * <pre>
 * one    finds nothing carried, nothing linked ── reads the clock ─────── closes
 * other                                         carries, registers, cancels, closes
 * </pre>
 */
@ExtendWith(ThreadStaysClean.class)
class DuringTheCloseTests {

	private final CountedTime time = new CountedTime();

	private final Trail trail = new Trail();

	@AfterEach
	void otherThreadHasCome() {
		assertThat(this.time.isArmed()).isFalse();
		assertThat(this.time.time.pending()).isZero();
	}

	private CancelScopes heardBy(CancelScopeListener listener) {
		return CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run).listener(listener).build();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "NONE")
	void workBegunMeanwhileIsReleased(Ears ears) {
		CancelScopes scopes = heardBy(ears.listener());
		OpenScope request = scopes.open(ScopeOptions.timeout(seconds(1)));
		OpenScope[] work = new OpenScope[1];
		this.time.atNextRead(() -> work[0] = openIn(request, scopes, ScopeOptions.timeout(seconds(2))));

		request.close();

		assertThat(work[0].remaining()).contains(seconds(2));
		work[0].close();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "NONE")
	void callbackRegisteredMeanwhileIsDropped(Ears ears) {
		CancelScopes scopes = heardBy(ears.listener());
		OpenScope request = scopes.open(ScopeOptions.timeout(seconds(1)));
		this.time.atNextRead(() -> request.onCancel(this.trail.adding("stopped")));

		request.close();

		assertThat(this.time.time.pending()).isZero();
		this.time.advance(seconds(1));
		assertThat(this.trail.words()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "NONE")
	void cancellationMeanwhileIsToldOnce(Ears ears) {
		Ears.Listener listener = ears.listener();
		OpenScope request = heardBy(listener).open(ScopeOptions.timeout(seconds(1)));
		this.time.atNextRead(request::cancel);

		request.close();

		assertThat(request.isCancelled()).isTrue();
		assertThat(node(request).isOver()).isTrue();
		assertThat(listener.cancelled).containsEntry(request, 1);
	}

	@Test
	void secondCloseMeanwhileIsNotToldAgain() {
		CancelScopes scopes = heardBy(new Closings());
		OpenScope bound = scopes.open(ScopeOptions.named("bound").withTimeout(seconds(1)));
		this.time.atNextRead(bound::close);
		bound.close();

		OpenScope unbound = scopes.openUnbound(ScopeOptions.named("unbound").withTimeout(seconds(1)));
		this.time.atNextRead(unbound::close);
		unbound.close();

		assertThat(this.trail.words()).containsExactly("bound", "unbound");
	}

	/** Race: two threads close it, and both have seen it open. */
	@Test
	void secondCloseOfACancelledScopeMeanwhileIsNotToldAgain() {
		TreeScope scope = (TreeScope) heardBy(new Closings()).openUnbound(ScopeOptions.named("cancelled"));
		scope.cancel();

		Closing.end(scope, true);
		Closing.end(scope, true);

		assertThat(this.trail.words()).containsExactly("cancelled");
		assertThat(scope.isOver()).isTrue();
	}

	@Test
	void scopeCancelledWithNothingToWakeIsOverWhenItCloses() {
		CancelScopes unheard = CancelScopes.builder().timeSource(this.time).build();
		OpenScope scope = unheard.open(ScopeOptions.none());
		scope.cancel();

		scope.close();

		assertThat(scope.details().closed()).isTrue();
		assertThat(node(scope).isReleased()).isFalse();
	}

	private final class Closings implements CancelScopeListener {

		@Override
		public void closed(CancelScope scope) {
			DuringTheCloseTests.this.trail.add(scope.name());
		}

	}

}
