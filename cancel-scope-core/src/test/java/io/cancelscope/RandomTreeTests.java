package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import io.cancelscope.TreeModel.Heard;
import io.cancelscope.TreeModel.Node;
import io.cancelscope.TreeModel.Reason;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Random trees of scopes against {@link TreeModel}. Only a few scopes are asked on the
 * way, because asking settles what asking is to be independent of; callbacks are compared
 * after every step.
 */
@ExtendWith(ThreadStaysClean.class)
class RandomTreeTests {

	/** Fewer where the tests run again and again, as the mutation run does. */
	private static final int RUNS = Integer.getInteger("io.cancelscope.random.runs", 2000);

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 700 })
	void treesDoWhatTheRulesSay(long clockStart) {
		for (long seed = 0; seed < RUNS; seed++) {
			replay(new Run(seed, clockStart));
		}
	}

	@Test
	void modelThatLeavesOutARuleIsFoundOut() {
		Run run = new Run(1, 0);
		run.real.add(run.scopes.openUnbound(ScopeOptions.named("s0")));
		run.model.add(run.tree.open("s0", null, false, false, 5L));

		Throwable difference = catchThrowable(run::compareAll);

		assertThat(difference).isInstanceOf(AssertionError.class).hasMessageContaining("remaining");
	}

	private static void replay(Run run) {
		try {
			for (int i = 0; i < stepsOf(run.seed); i++) {
				run.step();
				run.compareCallbacks();
			}
			run.compareAll();
			run.closeAll();
			run.compareAll();
			assertThat(run.time.pending()).as("timers after all scopes were closed").isZero();
		}
		catch (Throwable ex) {
			throw new AssertionError("Seed " + run.seed + ", clock from " + run.clockStart + ", after\n  "
					+ String.join("\n  ", run.log) + "\n" + ex.getMessage(), ex);
		}
	}

	/** Short runs first, so that the first one that fails is easy to follow. */
	private static long stepsOf(long seed) {
		return 2 + seed * 50 / RUNS;
	}

	/** One run: the real tree, the model's, and a record of what was done to both. */
	private static final class Run {

		private final long seed;

		private final long clockStart;

		private final Random random;

		private final ManualTime time;

		private final CancelScopes scopes;

		private final TreeModel tree = new TreeModel();

		private final List<OpenScope> real = new ArrayList<>();

		private final List<Node> model = new ArrayList<>();

		private final Map<Integer, List<CancelReason>> told = new HashMap<>();

		private final List<Heard> heard = new ArrayList<>();

		private final Set<Long> instants = new HashSet<>();

		private final Set<Long> shared = new HashSet<>();

		private final Set<Integer> carried = new HashSet<>();

		private final List<String> log = new ArrayList<>();

		Run(long seed, long clockStart) {
			this.seed = seed;
			this.clockStart = clockStart;
			this.random = new Random(seed);
			this.time = new ManualTime(clockStart);
			this.scopes = CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run).build();
		}

		void step() {
			int dice = this.real.isEmpty() ? 0 : this.random.nextInt(100);
			if (dice < 28) {
				open();
			}
			else if (dice < 40) {
				advance();
			}
			else if (dice < 50) {
				cancel();
			}
			else if (dice < 63) {
				close(this.random.nextInt(this.real.size()));
			}
			else if (dice < 76) {
				reschedule();
			}
			else if (dice < 90) {
				register();
			}
			else {
				compare(this.random.nextInt(this.real.size()));
			}
		}

		private void open() {
			int around = this.random.nextInt(this.real.size() + 1) - 1;
			boolean detached = this.random.nextInt(20) == 0;
			boolean shield = this.random.nextInt(5) == 0;
			boolean bubble = this.random.nextInt(4) == 0;
			Long deadline = this.random.nextBoolean() ? someInstant(around) : null;
			String name = "s" + this.real.size();
			ScopeOptions options = ScopeOptions.named(name);
			options = shield ? options.shield() : options;
			options = bubble ? options.bubble() : options;
			options = detached ? options.detached() : options;
			options = withDeadline(options, deadline);
			this.log.add("open " + options + " in " + around + " due " + deadline);
			this.real.add(openIn(around, options));
			Node aroundNode = (around < 0 || detached) ? null : this.model.get(around);
			this.model.add(this.tree.open(name, aroundNode, shield, bubble, deadline));
			if (this.random.nextBoolean()) {
				carry(this.real.size() - 1);
			}
		}

		/** The same deadline as a budget or as an absolute one. */
		private ScopeOptions withDeadline(ScopeOptions options, Long instant) {
			if (instant == null) {
				return options;
			}
			return this.random.nextBoolean() ? options.withDeadline(deadlineAt(instant))
					: options.withTimeout(Duration.ofNanos(instant - this.tree.now()));
		}

		private OpenScope openIn(int around, ScopeOptions options) {
			if (around < 0) {
				return this.scopes.openUnbound(options);
			}
			this.carried.add(around);
			try (CancelScope.Registration attached = this.real.get(around).attach()) {
				assertThat(attached).isNotNull();
				return this.scopes.openUnbound(options);
			}
		}

		private void carry(int index) {
			this.carried.add(index);
			this.real.get(index).attach().close();
		}

		/** No two the same, so that order is defined, but for ties with an ancestor. */
		private Long someInstant(int around) {
			if (around >= 0 && this.random.nextInt(5) == 0) {
				for (Node at = this.model.get(around); at != null; at = at.parent) {
					if (at.deadline() != null && this.instants.contains(at.deadline())
							&& this.shared.add(at.deadline())) {
						return at.deadline();
					}
				}
			}
			long instant = this.tree.now() + this.random.nextInt(1000) - 100;
			// One reading of the clock stands for "no deadline" and is rounded away.
			while (this.clockStart + instant == Long.MIN_VALUE || !this.instants.add(instant)) {
				instant++;
			}
			return instant;
		}

		private Deadline deadlineAt(long instant) {
			return Deadline.after(Duration.ofNanos(instant - this.tree.now()), this.time);
		}

		private void advance() {
			long nanos = this.random.nextInt(300);
			this.log.add("advance by " + nanos + " to " + (this.tree.now() + nanos));
			this.time.advance(Duration.ofNanos(nanos));
			this.tree.advance(nanos);
		}

		private void cancel() {
			int index = this.random.nextInt(this.real.size());
			this.log.add("cancel s" + index);
			boolean done = this.real.get(index).cancel();

			assertThat(done).as("cancel of s%d", index)
				.isEqualTo(this.model.get(index).cancel(CancelReason.Kind.REQUESTED));
		}

		private void close(int index) {
			if (!this.carried.contains(index)) {
				compare(index); // only a close of what was carried looks at the clock
			}
			this.log.add("close s" + index);
			this.real.get(index).close();
			this.model.get(index).close();
		}

		private void reschedule() {
			int index = this.random.nextInt(this.real.size());
			long instant = someInstant(-1);
			if (instant <= this.tree.now() && this.instants.contains(this.tree.now())) {
				return; // it would tie with a deadline that has just passed below
			}
			this.log.add("reschedule s" + index + " to " + instant);
			boolean done = this.real.get(index).reschedule(deadlineAt(instant));

			assertThat(done).as("reschedule of s%d", index).isEqualTo(this.model.get(index).reschedule(instant));
		}

		private void register() {
			int index = this.random.nextInt(this.real.size());
			List<CancelReason> reasons = new ArrayList<>();
			this.log.add("callback " + this.heard.size() + " on s" + index);
			this.told.put(this.heard.size(), reasons);
			this.heard.add(this.model.get(index).onCancel());
			this.real.get(index).onCancel(reasons::add);
		}

		void compareCallbacks() {
			for (int i = 0; i < this.heard.size(); i++) {
				Reason expected = this.heard.get(i).reason();
				assertThat(this.told.get(i)).as("what callback %d was told", i)
					.extracting((reason) -> new Reason(reason.kind(), reason.origin()))
					.isEqualTo((expected != null) ? List.of(expected) : List.of());
			}
		}

		void compareAll() {
			List<Integer> order = new ArrayList<>();
			for (int i = 0; i < this.real.size(); i++) {
				order.add(i);
			}
			Collections.shuffle(order, this.random);
			order.forEach(this::compare);
			compareCallbacks();
		}

		private void compare(int index) {
			this.log.add("ask s" + index);
			OpenScope scope = this.real.get(index);
			Optional<Reason> expected = this.model.get(index).reason();
			Optional<Duration> remaining = this.model.get(index).remaining().map(Duration::ofNanos);
			if (this.random.nextBoolean()) {
				assertThat(scope.remaining()).as("remaining of s%d", index).isEqualTo(remaining);
			}
			assertThat(scope.isCancelled()).as("s%d is cancelled", index).isEqualTo(expected.isPresent());
			assertThat(scope.reason().map((reason) -> new Reason(reason.kind(), reason.origin())))
				.as("reason of s%d", index)
				.isEqualTo(expected);
			assertThat(scope.remaining()).as("remaining of s%d", index).isEqualTo(remaining);
		}

		void closeAll() {
			for (int index = 0; index < this.real.size(); index++) {
				close(index);
			}
		}

	}

}
