package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.StoppingTime.Meeting;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A deadline that moves while the first thing to wake arrives: the alarm rings for the
 * earliest of the two, whoever set it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AlarmMeetingTests {

	private static final Duration HOUR = Duration.ofHours(1);

	private static CancelScopes on(StoppingTime time) {
		return CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
	}

	@Test
	void callbackMeetsAnEarlierDeadline() throws Exception {
		// onCancel | reschedule, at every call of the time source
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time);
			OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(HOUR.multipliedBy(2)));
			OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(HOUR));
			AtomicInteger calls = new AtomicInteger();
			return new Meeting(() -> scope.onCancel((reason) -> calls.incrementAndGet()),
					() -> scope.reschedule(Deadline.after(seconds(5), time)), (order) -> {
						time.advance(seconds(5));
						assertThat(calls).as(order).hasValue(1);
						scope.close();
						parent.close();
						assertThat(time.pending()).as("left behind: " + order).isZero();
					});
		});
	}

	@Test
	void callbackMeetsALaterDeadline() throws Exception {
		// onCancel | reschedule, at every call of the time source
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time);
			OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(HOUR.multipliedBy(2)));
			OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(seconds(5)));
			AtomicInteger calls = new AtomicInteger();
			return new Meeting(() -> scope.onCancel((reason) -> calls.incrementAndGet()),
					() -> scope.reschedule(Deadline.after(HOUR, time)), (order) -> {
						time.advance(HOUR.minusNanos(1));
						assertThat(calls).as(order).hasValue(0);
						time.advance(Duration.ofNanos(1));
						assertThat(calls).as(order).hasValue(1);
						scope.close();
						parent.close();
						assertThat(time.pending()).as("left behind: " + order).isZero();
					});
		});
	}

	@Test
	void callbackMeetsAnEarlierDeadlineOfTheParent() throws Exception {
		// child.onCancel | parent.reschedule, at every call of the time source
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time);
			OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(HOUR.multipliedBy(2)));
			OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(HOUR));
			AtomicInteger calls = new AtomicInteger();
			return new Meeting(() -> scope.onCancel((reason) -> calls.incrementAndGet()),
					() -> parent.reschedule(Deadline.after(seconds(5), time)), (order) -> {
						time.advance(seconds(5));
						assertThat(calls).as(order).hasValue(1);
						scope.close();
						parent.close();
						assertThat(time.pending()).as("left behind: " + order).isZero();
					});
		});
	}

	@Test
	void callbackMeetsTheEndOfTheDeadlineThatHidItsOwn() throws Exception {
		// child.onCancel | parent.reschedule to later than the child's own
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time);
			OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
			OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(seconds(5)));
			AtomicInteger calls = new AtomicInteger();
			return new Meeting(() -> scope.onCancel((reason) -> calls.incrementAndGet()),
					() -> parent.reschedule(Deadline.after(HOUR, time)), (order) -> {
						time.advance(seconds(5).minusNanos(1));
						assertThat(calls).as(order).hasValue(0);
						time.advance(Duration.ofNanos(1));
						assertThat(calls).as(order).hasValue(1);
						scope.close();
						parent.close();
						assertThat(time.pending()).as("left behind: " + order).isZero();
					});
		});
	}

	@Test
	void twoMovesMeet() throws Exception {
		// reschedule | reschedule, at every call of the time source
		StoppingTime.meetInEveryOrder((time) -> {
			OpenScope scope = on(time).openUnbound(ScopeOptions.timeout(HOUR));
			AtomicInteger calls = new AtomicInteger();
			scope.onCancel((reason) -> calls.incrementAndGet());
			return new Meeting(() -> scope.reschedule(Deadline.after(seconds(5), time)),
					() -> scope.reschedule(Deadline.after(seconds(9), time)), (order) -> {
						Duration left = scope.remaining().orElseThrow();
						time.advance(left.minusNanos(1));
						assertThat(calls).as(order).hasValue(0);
						time.advance(Duration.ofNanos(1));
						assertThat(calls).as(order).hasValue(1);
						scope.close();
						assertThat(time.pending()).as("left behind: " + order).isZero();
					});
		});
	}

}
