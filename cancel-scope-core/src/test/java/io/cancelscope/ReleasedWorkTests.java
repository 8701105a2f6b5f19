package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16: the callbacks of work that goes on after its scope closed in time move up to the
 * nearest ancestor that is still open.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ReleasedWorkTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private OpenScope request;

	private OpenScope service;

	@BeforeEach
	void openRequestAndService() {
		this.request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(seconds(9)));
		this.service = open("service", this.request);
	}

	private OpenScope open(String name, CancelScope parent) {
		return Scopes.openIn(parent, this.scopes, ScopeOptions.named(name).withTimeout(seconds(1)));
	}

	private void register(CancelScope scope) {
		scope.onCancel((reason) -> this.trail.add("stopped by " + reason.origin()));
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfWorkThatGoesOnRunsWhenTheRequestIsCancelled(CarriedBy way) {
		try (BegunWork work = BegunWork.in(this.service, this.scopes, way)) {
			work.run(() -> register(this.scopes.current()));
			this.service.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfWorkThatGoesOnRunsWhenTheTimeOfTheRequestIsUp(CarriedBy way) {
		try (BegunWork work = BegunWork.in(this.service, this.scopes, way)) {
			work.run(() -> register(this.scopes.current()));
			this.service.close();
			this.time.advance(seconds(9).minusNanos(1));
			assertThat(this.trail.words()).as("the service's own deadline counts no more").isEmpty();

			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void workThatWaitedInItsQueueRegistersWithTheRequest(CarriedBy way) {
		try (BegunWork work = BegunWork.queuedIn(this.service, this.scopes, way)) {
			this.service.close();
			work.start();
			work.run(() -> register(this.service));

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@Test
	void workRegistersWithTheRequestAfterItWasReleased() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			this.service.close();
			work.run(() -> register(this.service));

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@Test
	void callbackClimbsPastScopesThatCloseOneAfterTheOther() {
		OpenScope inner = open("inner", this.service);
		OpenScope innermost = open("innermost", inner);
		try (BegunWork work = BegunWork.in(innermost, this.scopes)) {
			work.run(() -> register(innermost));
			innermost.close();
			inner.close();
			this.service.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@Test
	void callbackClimbsAtOncePastScopesThatHaveClosedBefore() {
		OpenScope inner = open("inner", this.service);
		OpenScope innermost = open("innermost", inner);
		try (BegunWork work = BegunWork.in(innermost, this.scopes)) {
			work.run(() -> register(innermost));
			this.service.close();
			inner.close();
			innermost.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@Test
	void callbackMovesUpToTheNearestOpenAncestorAndNoFurther() {
		OpenScope inner = open("inner", this.service);
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			work.run(() -> register(inner));
			inner.close();

			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("stopped by service");
			work.end();
		}
	}

	@Test
	void callbackMovesOnWhenTheRequestClosesInTimeToo() {
		OpenScope server = this.scopes.openUnbound(ScopeOptions.named("server"));
		OpenScope first = open("first", server);
		OpenScope second = open("second", first);
		try (BegunWork work = BegunWork.in(second, this.scopes)) {
			work.run(() -> register(second));
			second.close();
			first.close();
			this.time.advance(seconds(1));
			assertThat(this.trail.words()).isEmpty();

			server.cancel("shutdown");

			assertThat(this.trail.words()).containsExactly("stopped by server");
			work.end();
		}
	}

	@Test
	void bubblingAncestorReachesTheWork() {
		OpenScope order = this.scopes.openUnbound(ScopeOptions.named("order").bubble());
		OpenScope step = open("step", order);
		OpenScope other = open("other", order);
		try (BegunWork work = BegunWork.in(step, this.scopes)) {
			work.run(() -> register(step));
			step.close();

			other.cancel("card declined");

			assertThat(this.trail.words()).containsExactly("stopped by other");
			work.end();
		}
	}

	@Test
	void deadlineThatBubblesReachesTheWork() {
		OpenScope order = this.scopes.openUnbound(ScopeOptions.named("order").bubble());
		OpenScope step = open("step", order);
		try (BegunWork work = BegunWork.in(step, this.scopes)) {
			work.run(() -> register(step));
			step.close();
			OpenScope other = open("other", order);

			this.time.advance(seconds(1));

			assertThat(other.isCancelled()).isTrue();
			assertThat(this.trail.words()).containsExactly("stopped by other");
			work.end();
		}
	}

	@Test
	void workThatRunsInsideOtherWorkMovesUpAsWell() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes);
				BegunWork second = work.step(() -> BegunWork.in(this.scopes.current(), this.scopes))) {
			work.end();
			second.run(() -> register(this.scopes.current()));
			this.service.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			second.end();
		}
	}

	@Test
	void callbackRegisteredFromWithinAnInnerScopeMovesUp() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			work.run(() -> this.scopes.run(ScopeOptions.named("step"), (step) -> register(this.service)));
			this.service.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

	@Test
	void callbacksOfTheWorkAndOfItsInnerScopeBothMoveUp() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			OpenScope step = work.step(() -> this.scopes.open(ScopeOptions.named("step")));
			work.run(() -> {
				register(step);
				register(this.service);
			});
			this.service.close();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("stopped by request", "stopped by request");
			work.run(step::close);
			work.end();
		}
	}

	@Test
	void workOfOneThatEndedDoesNotTakeTheOthersAlong() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes);
				BegunWork other = BegunWork.in(this.service, this.scopes)) {
			work.run(() -> this.service.onCancel(this.trail.adding("work")));
			other.run(() -> this.service.onCancel(this.trail.adding("other")));
			this.service.close();
			other.end();

			this.request.cancel("enough");

			assertThat(this.trail.words()).containsExactly("work");
			work.end();
		}
	}

	@Test
	void callbackThatRanWithTheServiceDoesNotRunWithTheRequest() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			work.run(() -> register(this.service));
			this.service.cancel("first");
			this.service.close();

			this.request.cancel("second");

			assertThat(this.trail.words()).containsExactly("stopped by service");
			work.end();
		}
	}

	@Test
	void requestMovedToAnEarlierDeadlineStopsTheWorkThen() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			work.run(() -> register(this.service));
			this.service.close();
			this.request.reschedule(Deadline.after(seconds(3), this.time));

			this.time.advance(seconds(3));

			assertThat(this.trail.words()).containsExactly("stopped by request");
			work.end();
		}
	}

}
