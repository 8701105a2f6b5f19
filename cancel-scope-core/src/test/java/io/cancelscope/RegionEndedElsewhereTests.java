package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R19: another thread ends the scope or attachment that a region belongs to, while the
 * thread in the region does something else and never asks.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class RegionEndedElsewhereTests {

	private static final ScopeOptions INTERRUPTING = ScopeOptions.timeout(Scopes.SECOND).interrupt();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final CountDownLatch interrupting = new CountDownLatch(1);

	private final CountDownLatch mayInterrupt = new CountDownLatch(1);

	private final CountDownLatch mayEnd = new CountDownLatch(1);

	/** What the region belongs to. */
	enum Owner {

		SCOPE {
			@Override
			Handle begin(CancelScopes scopes) {
				OpenScope scope = scopes.open(INTERRUPTING);
				return new Handle(scope, scope::close);
			}
		},

		ATTACHMENT {
			@Override
			Handle begin(CancelScopes scopes) {
				OpenScope scope = scopes.openUnbound(INTERRUPTING);
				return new Handle(scope, scope.attach()::close);
			}
		};

		abstract Handle begin(CancelScopes scopes);

	}

	private record Handle(OpenScope scope, Runnable end) {
	}

	/** A thread that interrupting takes a while for. */
	private ThreadFactory slowToInterrupt() {
		return (task) -> new Thread(task) {
			@Override
			public void interrupt() {
				RegionEndedElsewhereTests.this.interrupting.countDown();
				Patience.await(RegionEndedElsewhereTests.this.mayInterrupt);
				super.interrupt();
				RegionEndedElsewhereTests.this.trail.add("interrupted");
			}
		};
	}

	private void spinUntilTheEnd() {
		while (this.mayEnd.getCount() > 0) {
			Thread.onSpinWait();
		}
	}

	/**
	 * Race: one thread interrupts, another one ends the region's owner.
	 *
	 * <pre>
	 * canceller: finds the region open, calls interrupt() ............ which returns
	 * closer:                                              end owner |
	 * </pre>
	 */
	@ParameterizedTest
	@EnumSource
	void endWaitsForAnInterruptThatIsOnItsWay(Owner owner) throws Exception {
		Handle[] handle = new Handle[1];
		try (OtherThread worker = new OtherThread(slowToInterrupt())) {
			worker.start(() -> {
				handle[0] = owner.begin(this.scopes);
				worker.arrive();
				spinUntilTheEnd();
				return Thread.interrupted();
			});
			worker.awaitArrival();
			Thread canceller = Patience.start(handle[0].scope()::cancel);
			assertThat(Patience.await(this.interrupting)).isTrue();

			Thread closer = Patience.start(() -> {
				handle[0].end().run();
				this.trail.add("ended");
			});
			await("the closer to wait")
				.until(() -> closer.getState() == Thread.State.BLOCKED || this.trail.words().contains("ended"));
			this.mayInterrupt.countDown();

			assertThat(Patience.ends(closer)).isTrue();
			assertThat(Patience.ends(canceller)).isTrue();
			this.mayEnd.countDown();
			assertThat(this.trail.words()).containsExactly("interrupted", "ended");
		}
	}

	@ParameterizedTest
	@EnumSource
	void alarmGoesWithTheLastRegionAlsoWhereItsThreadIsStillBusy(Owner owner) throws Exception {
		Handle[] handle = new Handle[1];
		try (OtherThread worker = new OtherThread()) {
			worker.start(() -> {
				handle[0] = owner.begin(this.scopes);
				worker.arrive();
				spinUntilTheEnd();
				return CancelScope.current().name();
			});
			worker.awaitArrival();
			int before = this.time.pending();

			handle[0].end().run();

			int after = this.time.pending();
			this.mayEnd.countDown();
			assertThat(before).isEqualTo(1);
			assertThat(after).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void flagOfTheThreadThatEndsItStaysAsItIs(Owner owner) throws Exception {
		Handle[] handle = new Handle[1];
		try (OtherThread worker = new OtherThread()) {
			var flags = worker.start(() -> {
				handle[0] = owner.begin(this.scopes);
				worker.arrive();
				spinUntilTheEnd();
				boolean before = Thread.currentThread().isInterrupted();
				return before + " " + CancelScope.current().name() + " " + Thread.interrupted();
			});
			worker.awaitArrival();
			handle[0].scope().cancel();
			Thread.currentThread().interrupt();

			handle[0].end().run();

			boolean kept = Thread.interrupted();
			this.mayEnd.countDown();
			assertThat(kept).as("the closer's own interrupt").isTrue();
			assertThat(flags.value()).isEqualTo("true root false");
		}
	}

	/** The region lies below a scope that is open still, where no healing reaches it. */
	@ParameterizedTest
	@EnumSource
	void whatItHasSetIsTakenBackBeforeTheNextRegion(Owner owner) {
		OpenScope another = this.scopes.openUnbound(ScopeOptions.named("another"));
		Handle handle = owner.begin(this.scopes);
		try (OpenScope inside = this.scopes.open(ScopeOptions.named("inside"))) {
			Elsewhere.run(() -> {
				handle.scope().cancel();
				handle.end().run();
			});
			boolean before = Thread.currentThread().isInterrupted();

			boolean interrupted = another.interruptibly((scope) -> Thread.currentThread().isInterrupted());

			assertThat(before).isTrue();
			assertThat(interrupted).isFalse();
			assertThat(inside.isCancelled()).isTrue();
		}
	}

	/** It ends with its scope, so there is nothing that the scope around would wake. */
	@Test
	void scopeThatIsClosedElsewhereHandsNothingUp() {
		CountingTime counting = new CountingTime();
		CancelScopes counted = CancelScopes.builder().timeSource(counting).callbackExecutor(Runnable::run).build();
		try (OpenScope around = counted.open(ScopeOptions.named("around").withTimeout(Scopes.SECOND))) {
			OpenScope scope = counted.open(ScopeOptions.named("interrupting").interrupt());

			Elsewhere.run(scope::close);

			assertThat(counting.scheduled).as("alarms that were set").isEqualTo(1);
			assertThat(counting.time.pending()).isZero();
			assertThat(CancelScope.current()).isSameAs(around);
		}
	}

	/** Counts how many alarms are set. */
	private static final class CountingTime implements TimeSource {

		private final ManualTime time = new ManualTime();

		private int scheduled;

		@Override
		public long nanoTime() {
			return this.time.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			this.scheduled++;
			return this.time.schedule(task, delayNanos);
		}

	}

}
