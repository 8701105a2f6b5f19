package io.cancelscope;

import java.util.concurrent.CountDownLatch;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16: the regions and waits of work that goes on after its scope closed in time move up
 * to the nearest ancestor that is still open.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ReleasedWaitsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

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

	private static void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	private BegunWork.Step<Object> waitIn(BegunWork work, CancelScope scope, Wait wait) {
		return work.block(() -> {
			wait.waitIn(scope);
			return "woken by nobody";
		});
	}

	private static void assertEndedBy(String origin, BegunWork.Step<?> step) throws Exception {
		assertThat(step.failure())
			.isInstanceOfSatisfying(ScopeCancelledException.class,
					(ended) -> assertThat(ended.reason().origin()).isEqualTo(origin))
			.hasCauseInstanceOf(InterruptedException.class);
		assertThat(step.flag()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void waitEndsWhenTheRequestIsCancelled(Wait wait) throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			var step = waitIn(work, this.service, wait);
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void waitEndsWhenTheTimeOfTheRequestIsUp(Wait wait) throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			var step = waitIn(work, this.service, wait);
			this.service.close();
			this.time.advance(seconds(2));
			assertThat(step.isDone()).as("the service's own deadline counts no more").isFalse();

			this.time.advance(seconds(7));

			assertEndedBy("request", step);
			work.end();
			assertThat(this.time.pending()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void regionEndsWhicheverWayTheWorkTookTheScopeAlong(CarriedBy way) throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes, way)) {
			var step = waitIn(work, this.service, Wait.REGION);
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void waitOfWorkThatWaitedInItsQueueEnds(Wait wait) throws Exception {
		try (BegunWork work = BegunWork.queuedIn(this.service, this.scopes, CarriedBy.RUNNABLE)) {
			this.service.close();
			work.start();
			var step = waitIn(work, this.service, wait);

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	@Test
	void sleepThatIsNotStoppedLastsAsLongAsItWasToLast() throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			var step = work.block(() -> {
				this.service.sleep(seconds(5));
				return "slept";
			});
			this.service.close();

			this.time.advance(seconds(5));

			assertThat(step.value()).isEqualTo("slept");
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void waitClimbsPastScopesThatCloseOneAfterTheOther(Wait wait) throws Exception {
		OpenScope inner = open("inner", this.service);
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			var step = waitIn(work, inner, wait);
			inner.close();
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	@Test
	void regionsOfTwoReleasedScopesInsideEachOtherEnd() throws Exception {
		OpenScope inner = open("inner", this.service);
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			var step = work.block(() -> this.service.interruptibly((outside) -> {
				Wait.REGION.waitIn(inner);
				return "woken by nobody";
			}));
			inner.close();
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	@Test
	void regionMovesUpToTheNearestOpenAncestorAndNoFurther() throws Exception {
		OpenScope inner = open("inner", this.service);
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			var step = waitIn(work, inner, Wait.REGION);
			inner.close();

			this.service.cancel("only this");

			assertEndedBy("service", step);
			assertThat(this.request.isCancelled()).isFalse();
			work.end();
		}
	}

	@Test
	void bubblingAncestorEndsTheWait() throws Exception {
		OpenScope order = this.scopes.openUnbound(ScopeOptions.named("order").bubble());
		OpenScope step = open("step", order);
		OpenScope other = open("other", order);
		try (BegunWork work = BegunWork.in(step, this.scopes)) {
			var waiting = waitIn(work, step, Wait.REGION);
			step.close();

			other.cancel("card declined");

			assertEndedBy("other", waiting);
			work.end();
		}
	}

	@Test
	void regionOfAThreadWithoutAnAttachmentEndsToo() throws Exception {
		try (BegunWork elsewhere = BegunWork.in(CancelScope.current(), this.scopes, CarriedBy.EXECUTOR)) {
			var step = waitIn(elsewhere, this.service, Wait.REGION);
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			elsewhere.end();
		}
	}

	@Test
	void regionOfAnInnerScopeThatTheWorkOpenedEnds() throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			var step = work.block(() -> this.scopes.call(ScopeOptions.named("inner").interrupt(), (inner) -> {
				block();
				return "woken by nobody";
			}));
			this.service.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			work.end();
		}
	}

	/** The work of a scope that interrupts blocks in the region of its attachment. */
	@Test
	void workOfAScopeThatInterruptsIsInterrupted() throws Exception {
		OpenScope interrupting = Scopes.openIn(this.request, this.scopes, ScopeOptions.named("service").interrupt());
		var carried = interrupting.wrap(() -> {
			block();
			return "woken by nobody";
		});
		try (BegunWork elsewhere = BegunWork.in(CancelScope.current(), this.scopes, CarriedBy.EXECUTOR)) {
			var step = elsewhere.block(carried);
			interrupting.close();

			this.request.cancel("enough");

			assertEndedBy("request", step);
			elsewhere.end();
		}
	}

	@Test
	void regionThatHasEndedIsNotInterrupted() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			CountDownLatch released = new CountDownLatch(1);
			var step = work.block(() -> this.service.interruptibly((scope) -> {
				released.await();
				return "to its end";
			}));
			this.service.close();
			released.countDown();
			assertThat(step).satisfies((ended) -> assertThat(ended.value()).isEqualTo("to its end"));

			this.request.cancel("enough");

			assertThat(work.step(() -> Thread.currentThread().isInterrupted())).isFalse();
			work.end();
		}
	}

	@Test
	void timerOfTheRequestGoesWithTheLastWait() throws Exception {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			CountDownLatch over = new CountDownLatch(1);
			var step = work.block(() -> this.service.interruptibly((scope) -> {
				over.await();
				return "to its end";
			}));
			this.service.close();
			assertThat(this.time.pending()).isEqualTo(1);

			over.countDown();

			assertThat(step.value()).isEqualTo("to its end");
			work.end();
			assertThat(this.time.pending()).isZero();
		}
	}

}
