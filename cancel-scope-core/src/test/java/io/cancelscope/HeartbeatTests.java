package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A deadline that is moved with every heartbeat, above very many children that have
 * something to wake.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class HeartbeatTests {

	private static final int MANY = 20_000;

	private static final int FEW = 20;

	private static final int BEATS = 1_000;

	private static final int ROUNDS = 3;

	/** Walking the many takes a thousand times as long as walking the few. */
	private static final int MOST_TIMES = 20;

	private static final Duration SLACK = Duration.ofMillis(20);

	private static final Duration BEAT = Duration.ofMillis(1);

	private static final Duration PATIENCE = seconds(30);

	private final CountingTime time = new CountingTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private final AtomicInteger stops = new AtomicInteger();

	/** Children without a deadline, with an earlier one, and with a later one. */
	@ParameterizedTest
	@ValueSource(longs = { 0, 20, 3600 })
	void movingADeadlineCostsTheSameHoweverManyAreBelow(long childSeconds) {
		nanosToBeatAbove(FEW, childSeconds); // warms up
		long few = nanosToBeatAbove(FEW, childSeconds);

		long many = nanosToBeatAbove(MANY, childSeconds);

		assertThat(many).as("%,d beats above %,d (%,d ns) and above %,d (%,d ns)", BEATS, MANY, many, FEW, few)
			.isLessThan(MOST_TIMES * few + SLACK.toNanos());
	}

	private long nanosToBeatAbove(int size, long childSeconds) {
		OpenScope connection = this.scopes.openUnbound(ScopeOptions.timeout(PATIENCE));
		List<OpenScope> children = openChildren(connection, size, childSeconds);
		int before = this.time.scheduled;
		long best = Long.MAX_VALUE;
		for (int round = 0; round < ROUNDS; round++) {
			long start = System.nanoTime();
			for (int i = 0; i < BEATS; i++) {
				this.time.advance(BEAT);
				connection.reschedule(Deadline.after(PATIENCE, this.time));
			}
			best = Math.min(best, System.nanoTime() - start);
		}
		assertThat(this.time.scheduled - before).as("alarms set").isLessThanOrEqualTo(2 * ROUNDS * BEATS);
		assertAllAreStopped(connection, children);
		return best;
	}

	private void assertAllAreStopped(OpenScope connection, List<OpenScope> children) {
		assertThat(this.stops).hasValue(0);
		this.time.advance(PATIENCE);
		assertThat(this.stops.getAndSet(0)).isEqualTo(children.size());
		children.forEach(OpenScope::close);
		connection.close();
		assertThat(this.time.pending()).isZero();
	}

	private List<OpenScope> openChildren(OpenScope parent, int size, long seconds) {
		ScopeOptions options = (seconds > 0) ? ScopeOptions.timeout(seconds(seconds)) : ScopeOptions.none();
		List<OpenScope> children = new ArrayList<>(size);
		try (Registration attached = parent.attach()) {
			assertThat(attached).isNotNull();
			for (int i = 0; i < size; i++) {
				OpenScope child = this.scopes.openUnbound(options);
				child.onCancel((reason) -> this.stops.incrementAndGet());
				children.add(child);
			}
		}
		return children;
	}

	/** Counts the alarms that are set. */
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

		void advance(Duration duration) {
			this.time.advance(duration);
		}

		int pending() {
			return this.time.pending();
		}

	}

}
