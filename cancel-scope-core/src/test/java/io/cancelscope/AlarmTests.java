package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * An alarm that rings late or can't be set takes no other alarm with it.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class AlarmTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	@Test
	void ringOnItsWayWhileTheDeadlineMovesLeavesNoAlarmBehind() {
		LateRings rings = new LateRings(this.time);
		OpenScope scope = on(rings).openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(this.trail.adding("stop"));
		Runnable onItsWay = rings.takeNext();

		scope.reschedule(Deadline.after(seconds(10), rings));
		this.time.advance(seconds(1));
		onItsWay.run();
		scope.close();

		assertThat(rings.pending()).isZero();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void ringOnItsWayWhileTheDeadlineMovesLeavesOneAlarm() {
		LateRings rings = new LateRings(this.time);
		OpenScope scope = on(rings).openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(this.trail.adding("stop"));
		Runnable onItsWay = rings.takeNext();

		scope.reschedule(Deadline.after(seconds(10), rings));
		this.time.advance(seconds(1));
		onItsWay.run();

		assertThat(rings.pending()).isEqualTo(1);
		this.time.advance(seconds(9));
		rings.takeNext().run();
		assertThat(this.trail.words()).containsExactly("stop");
		scope.close();
	}

	@Test
	void ringOnItsWayWhileTheScopeClosesDoesNothing() {
		LateRings rings = new LateRings(this.time);
		OpenScope scope = on(rings).openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(this.trail.adding("stop"));
		Runnable onItsWay = rings.takeNext();

		scope.close();
		this.time.advance(seconds(1));
		onItsWay.run();

		assertThat(rings.pending()).isZero();
		assertThat(this.trail.words()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void alarmThatCouldNotBeSetIsSetForTheNextCallback(boolean error) {
		FailingOnce failing = new FailingOnce(this.time, error);
		OpenScope scope = on(failing).openUnbound(ScopeOptions.timeout(seconds(1)));

		Throwable thrown = catchThrowable(() -> scope.onCancel(this.trail.adding("first")));
		scope.onCancel(this.trail.adding("second"));
		this.time.advance(seconds(1));

		assertStopped(thrown, scope);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void alarmOfAnAncestorThatCouldNotBeSetIsSetForTheNextCallback(boolean error) {
		FailingOnce failing = new FailingOnce(this.time, error);
		CancelScopes scopes = on(failing);
		OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope middle = Scopes.openIn(parent, scopes, ScopeOptions.none());
		OpenScope scope = Scopes.openIn(middle, scopes, ScopeOptions.none());

		Throwable thrown = catchThrowable(() -> scope.onCancel(this.trail.adding("first")));
		scope.onCancel(this.trail.adding("second"));
		this.time.advance(seconds(1));

		assertStopped(thrown, scope);
	}

	/** Registered or not: a callback whose registration threw doesn't run. */
	private void assertStopped(Throwable thrown, OpenScope scope) {
		String[] registered = (thrown == null) ? new String[] { "first", "second" } : new String[] { "second" };
		assertThat(this.trail.words()).containsExactly(registered);
		assertThat(scope.isCancelled()).isTrue();
		assertThat(this.trail.words()).containsExactly(registered);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void callbackWhoseRegistrationThrewDoesNotRunOnCancel(boolean error) {
		FailingOnce failing = new FailingOnce(this.time, error);
		OpenScope scope = on(failing).openUnbound(ScopeOptions.timeout(seconds(1)));

		Throwable thrown = catchThrowable(() -> scope.onCancel(this.trail.adding("stop")));
		scope.cancel();

		assertThat(this.trail.words()).hasSize((thrown == null) ? 1 : 0);
	}

	@Test
	void regionWhoseAlarmCouldNotBeSetIsWokenNextTime() throws Exception {
		FailingOnce failing = new FailingOnce(this.time, false);
		OpenScope scope = on(failing).openUnbound(ScopeOptions.timeout(seconds(1)));
		catchThrowable(() -> scope.interruptibly((inside) -> null));
		try (OtherThread other = new OtherThread()) {
			OtherThread.Outcome<Boolean> outcome = other.start(() -> scope.interruptibly((inside) -> {
				other.arrive();
				return new CountDownLatch(1).await(5, TimeUnit.SECONDS);
			}));
			other.awaitArrival();

			this.time.advance(seconds(1));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
		}
		scope.close();
	}

	private static CancelScopes on(TimeSource time) {
		return CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
	}

	/** A clock whose alarms the test rings by hand, also long after they have left. */
	private static final class LateRings implements TimeSource {

		private final ManualTime time;

		private final List<Runnable> alarms = new ArrayList<>();

		LateRings(ManualTime time) {
			this.time = time;
		}

		@Override
		public long nanoTime() {
			return this.time.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			Runnable alarm = task::run; // an object of its own, whoever schedules what
			this.alarms.add(alarm);
			return () -> this.alarms.removeIf((one) -> one == alarm);
		}

		/** From now on it can't be cancelled any more. */
		Runnable takeNext() {
			return this.alarms.remove(0);
		}

		int pending() {
			return this.alarms.size();
		}

	}

	/** A clock that has no alarm to give the first time it is asked. */
	private static final class FailingOnce implements TimeSource {

		private final ManualTime time;

		private final boolean error;

		private boolean failed;

		FailingOnce(ManualTime time, boolean error) {
			this.time = time;
			this.error = error;
		}

		@Override
		public long nanoTime() {
			return this.time.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			if (!this.failed) {
				this.failed = true;
				if (this.error) {
					throw new OutOfMemoryError("unable to create native thread");
				}
				throw new IllegalStateException("no alarm to be had");
			}
			return this.time.schedule(task, delayNanos);
		}

	}

}
