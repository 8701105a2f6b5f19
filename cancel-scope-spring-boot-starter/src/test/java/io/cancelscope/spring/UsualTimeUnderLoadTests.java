package io.cancelscope.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What refusing work is worth where more comes than can be done, without any noise of a
 * machine: eight places, a queue, clients that wait for 500 ms, and work of 20 ms or, one
 * time in five, 200 ms. All are simulated; the clock is set by hand, and chance is always
 * the same.
 */
class UsualTimeUnderLoadTests {

	/** Of requests a second. */
	private static final double CAPACITY = Simulation.PLACES / 0.056;

	/** By what is simulated: each takes as long as all the rest of a test. */
	private static final Map<String, Outcome> OUTCOMES = new HashMap<>();

	private static Outcome outcome(boolean auto, double load) {
		return OUTCOMES.computeIfAbsent(auto + " " + load, (key) -> new Simulation(auto, load * CAPACITY).run());
	}

	@Test
	void figuresAreThoseOfTheDocumentation() throws IOException {
		List<String> rows = new ArrayList<>();
		for (double load : new double[] { 0.5, 1, 2, 4 }) {
			Outcome without = outcome(false, load);
			Outcome auto = outcome(true, load);
			rows.add(String.format(Locale.ROOT, "| %.1f × | %.0f | %.0f | %.0f | %.1f | %.1f | %.1f %% |", load,
					auto.offered / Simulation.COUNTED_SECONDS, without.perSecond(), auto.perSecond(), without.work(),
					auto.work(), 100.0 * auto.refused / auto.offered));
		}

		assertThat(Files.readString(Path.of("..", "docs", "guides", "budgets.md"))).contains(String.join("\n", rows));
	}

	@Test
	void hardlyAnythingIsRefusedAtHalfTheCapacity() {
		Outcome outcome = outcome(true, 0.5);

		assertThat(outcome.refused).isLessThanOrEqualTo(outcome.offered / 100);
		assertThat(outcome.inTime).isGreaterThan(outcome.offered * 99 / 100);
	}

	/**
	 * Short work alone needs more than half of the places, and is done without refusals,
	 * too. Long work is not.
	 */
	@Test
	void placesDoWorkThatIsWaitedForAtTwiceTheCapacity() {
		Outcome without = outcome(false, 2);
		Outcome auto = outcome(true, 2);

		assertThat(auto.inTime).as("answers in time").isGreaterThan(without.inTime * 11 / 10);
		assertThat(auto.perSecond()).isGreaterThan(0.95 * CAPACITY);
		assertThat(auto.work()).as("places").isGreaterThan(0.9 * Simulation.PLACES);
		assertThat(auto.work()).as("places").isGreaterThan(1.5 * without.work());
	}

	@Test
	void answersComeInTimeAtFourTimesTheCapacity() {
		Outcome without = outcome(false, 4);
		Outcome auto = outcome(true, 4);

		assertThat(auto.inTime).isGreaterThan(without.inTime * 12 / 10);
		assertThat(auto.perSecond()).isGreaterThan(0.95 * CAPACITY);
		assertThat(auto.work()).as("places").isGreaterThan(0.9 * Simulation.PLACES);
	}

	/** What became of the requests that count. */
	private static final class Outcome {

		private int offered;

		private int inTime;

		private int longInTime;

		private int refused;

		double perSecond() {
			return this.inTime / Simulation.COUNTED_SECONDS;
		}

		/** How many places did work that somebody waited for. */
		double work() {
			return ((this.inTime - this.longInTime) * 0.02 + this.longInTime * 0.2) / Simulation.COUNTED_SECONDS;
		}

	}

	private static final class Simulation {

		static final int PLACES = 8;

		static final double COUNTED_SECONDS = 10;

		private static final long MILLI = 1_000_000;

		private static final long PATIENCE = 500 * MILLI;

		/** The way of a request, and of its answer. */
		private static final long WAY = MILLI;

		private static final long RAMP = 5_000 * MILLI;

		private static final long END = RAMP + (long) (COUNTED_SECONDS * 1_000 * MILLI);

		private final ManualTime time = new ManualTime();

		private final CancelScopes scopes = this.time.scopes();

		private final Random random = new Random(7);

		private final double perSecond;

		private final @Nullable UsualTimes usual;

		private final Deque<Request> queue = new ArrayDeque<>();

		private final PriorityQueue<Event> events = new PriorityQueue<>();

		private final Outcome outcome = new Outcome();

		private int busy;

		Simulation(boolean auto, double perSecond) {
			this.usual = auto ? new UsualTimes(this.time) : null;
			this.perSecond = perSecond;
		}

		Outcome run() {
			in(0, this::arrive);
			for (Event event = this.events.poll(); event != null; event = this.events.poll()) {
				this.time.advance(Duration.ofNanos(event.at - this.time.nanoTime()));
				event.action.run();
			}
			return this.outcome;
		}

		private void in(long nanos, Runnable action) {
			this.events.add(new Event(this.time.nanoTime() + nanos, this.events.size(), action));
		}

		private long atRandom(double mean) {
			return (long) (-StrictMath.log(1 - this.random.nextDouble()) * mean);
		}

		private void arrive() {
			if (this.time.nanoTime() > END + PATIENCE) {
				return;
			}
			in(atRandom(1e9 / this.perSecond), this::arrive);
			Request request = new Request(this.random.nextInt(5) == 0, this.time.nanoTime(),
					this.scopes.openUnbound(ScopeOptions.timeout(Duration.ofNanos(PATIENCE))));
			count(request, () -> this.outcome.offered++);
			this.queue.add(request);
			serve();
		}

		private void serve() {
			while (this.busy < PLACES && !this.queue.isEmpty()) {
				Request request = this.queue.remove();
				if (request.scope.isCancelled()) {
					request.scope.close();
				}
				else {
					begin(request);
				}
			}
		}

		private void begin(Request request) {
			UsualTime.Call call = (this.usual == null) ? null
					: this.usual.of(request.isLong ? "long" : "short").begin(request.scope);
			if (call != null && call.isRefused()) {
				count(request, () -> this.outcome.refused++);
				request.scope.close();
				return;
			}
			this.busy++;
			long takes = (request.isLong ? 200 : 20) * MILLI + atRandom(MILLI);
			long left = request.scope.remaining().orElseThrow().toNanos();
			in(Math.min(takes, left), () -> {
				if (call != null && takes < left) {
					call.completed();
				}
				else if (call != null) {
					call.stopped();
				}
				request.scope.close();
				if (takes < left && this.time.nanoTime() + 2 * WAY < request.since + PATIENCE) {
					count(request, () -> {
						this.outcome.inTime++;
						this.outcome.longInTime += request.isLong ? 1 : 0;
					});
				}
				this.busy--;
				serve();
			});
		}

		private static void count(Request request, Runnable count) {
			if (request.since >= RAMP && request.since < END) {
				count.run();
			}
		}

	}

	private record Request(boolean isLong, long since, OpenScope scope) {

	}

	/** The order of those at the same time does not matter, as long as it is one. */
	private record Event(long at, int number, Runnable action) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			return (this.at != other.at) ? Long.compare(this.at, other.at) : Integer.compare(this.number, other.number);
		}

	}

}
