package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import io.cancelscope.TreeModel.Node;
import io.cancelscope.TreeModel.Reason;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One random run: the real tree, the model's, and a record of what was done to both. Only
 * a few scopes are asked on the way, because asking settles what asking is to be
 * independent of; what was woken is compared after every step.
 */
final class RandomTreeRun {

	/** Out of a hundred steps, added up: open, advance, cancel, close, and so on. */
	private static final int[] LIVELY = { 28, 40, 50, 63, 76, 87, 90 };

	/** Deeper trees that live longer, and are seldom asked. */
	private static final int[] CALM = { 30, 45, 46, 60, 68, 95, 98 };

	final Random random;

	final ManualTime time;

	final CancelScopes scopes;

	final TreeModel tree = new TreeModel();

	final List<OpenScope> real = new ArrayList<>();

	final List<Node> model = new ArrayList<>();

	final List<String> log = new ArrayList<>();

	final RandomCallbacks callbacks;

	final RandomInstants instants;

	final RandomWork work;

	private final long seed;

	private final long clockStart;

	private final boolean comparesAlarms;

	private final boolean calm;

	private final Set<Integer> carried = new HashSet<>();

	/**
	 * Creates a run of the tree alone, or with carried work.
	 * @param threads where carried work runs; none for the tree alone
	 */
	RandomTreeRun(long seed, long clockStart, List<DrivenThread> threads, boolean comparesAlarms) {
		this.seed = seed;
		this.clockStart = clockStart;
		this.comparesAlarms = comparesAlarms;
		this.random = new Random(seed);
		this.calm = seed % 2 == 1;
		this.time = new ManualTime(clockStart);
		this.scopes = CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run).build();
		this.callbacks = new RandomCallbacks(this.tree, this.random, this.log);
		this.instants = new RandomInstants(this.tree, this.random, clockStart);
		this.work = new RandomWork(this, threads);
	}

	void replay(long steps) {
		try {
			for (int i = 0; i < steps; i++) {
				step();
				compareWhatWoke();
			}
			compareAll();
			closeAll();
			compareAll();
			assertThat(this.time.pending()).as("timers after all scopes were closed")
				.isEqualTo(this.work.timedSleeps());
			this.work.finish();
			compareAll();
			assertThat(this.time.pending()).as("timers after all work has ended").isZero();
		}
		catch (Throwable ex) {
			throw new AssertionError("Seed " + this.seed + ", clock from " + this.clockStart + ", after\n  "
					+ String.join("\n  ", this.log) + "\n" + ex.getMessage(), ex);
		}
	}

	private void step() {
		if (this.real.size() < (this.calm ? 3 : 1)) {
			open();
		}
		else if (this.work.isPossible() && this.random.nextBoolean()) {
			this.work.step();
		}
		else {
			stepOfTheTree(this.random.nextInt(100));
		}
	}

	private void stepOfTheTree(int dice) {
		int[] upTo = this.calm ? CALM : LIVELY;
		if (dice < upTo[0]) {
			open();
		}
		else if (dice < upTo[1]) {
			advance();
		}
		else if (dice < upTo[2]) {
			cancel(someScope());
		}
		else if (dice < upTo[3]) {
			close(someScope());
		}
		else if (dice < upTo[4]) {
			reschedule();
		}
		else if (dice < upTo[5]) {
			register();
		}
		else if (dice < upTo[6]) {
			this.callbacks.takeBackAny();
		}
		else {
			compare(someScope());
		}
	}

	int someScope() {
		return this.random.nextInt(this.real.size());
	}

	private void open() {
		int around = this.random.nextInt(this.real.size() + 1) - 1;
		if (this.calm && this.random.nextInt(3) != 0) {
			around = this.real.size() - 1;
		}
		boolean detached = this.random.nextInt(20) == 0;
		boolean shield = this.random.nextInt(5) == 0;
		boolean bubble = this.random.nextInt(4) == 0;
		Long deadline = this.random.nextBoolean() ? this.instants.next((around >= 0) ? this.model.get(around) : null)
				: null;
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
		if (this.calm || this.random.nextBoolean()) {
			this.real.get(noteCarried(this.real.size() - 1)).attach().close();
		}
	}

	/** The same deadline as a budget or as an absolute one. */
	private ScopeOptions withDeadline(ScopeOptions options, @Nullable Long instant) {
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
		try (CancelScope.Registration attached = this.real.get(noteCarried(around)).attach()) {
			assertThat(attached).isNotNull();
			return this.scopes.openUnbound(options);
		}
	}

	int noteCarried(int index) {
		this.carried.add(index);
		return index;
	}

	private Deadline deadlineAt(long instant) {
		return Deadline.after(Duration.ofNanos(instant - this.tree.now()), this.time);
	}

	private void advance() {
		advanceTo(this.tree.now() + this.random.nextInt(300));
	}

	/** Stops where a sleep ends, so that its thread goes on at that very instant. */
	void advanceTo(long target) {
		for (long end = this.work.nextSleepEnd(); end <= target; end = this.work.nextSleepEnd()) {
			advanceBothTo(end);
			this.work.sleepEnded();
			compareWhatWoke();
		}
		advanceBothTo(target);
	}

	private void advanceBothTo(long instant) {
		this.log.add("advance to " + instant);
		long nanos = instant - this.tree.now();
		this.time.advance(Duration.ofNanos(nanos));
		this.tree.advance(nanos);
	}

	void cancel(int index) {
		this.log.add("cancel s" + index);
		boolean done = this.real.get(index).cancel();

		assertThat(done).as("cancel of s%d", index)
			.isEqualTo(this.model.get(index).cancel(CancelReason.Kind.REQUESTED));
	}

	void close(int index) {
		if (!this.carried.contains(index)) {
			compare(index); // only a close of what was carried looks at the clock
		}
		this.log.add("close s" + index);
		this.real.get(index).close();
		this.model.get(index).close();
	}

	private void reschedule() {
		int index = someScope();
		long instant = this.instants.next(null);
		if (instant <= this.tree.now() && this.instants.isTaken(this.tree.now())) {
			return; // it would tie with a deadline that has just passed below
		}
		this.log.add("reschedule s" + index + " to " + instant);
		boolean done = this.real.get(index).reschedule(deadlineAt(instant));

		assertThat(done).as("reschedule of s%d", index).isEqualTo(this.model.get(index).reschedule(instant));
	}

	private void register() {
		int index = someScope();
		this.log.add("callback " + this.callbacks.count() + " on s" + index);
		this.callbacks.register(this.real.get(index), this.model.get(index).onCancel(null));
	}

	/** Callbacks and waits, and whether alarms are set for nothing. */
	void compareWhatWoke() {
		this.callbacks.compare();
		this.work.compare();
		if (this.comparesAlarms) {
			assertThat((long) this.time.pending() - this.work.timedSleeps()).as("alarms, of which something needs")
				.isLessThanOrEqualTo(this.tree.alarmsAllowed());
		}
	}

	void compareAll() {
		List<Integer> order = new ArrayList<>();
		for (int i = 0; i < this.real.size(); i++) {
			order.add(i);
		}
		Collections.shuffle(order, this.random);
		order.forEach(this::compare);
		compareWhatWoke();
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

	private void closeAll() {
		for (int index = 0; index < this.real.size(); index++) {
			close(index);
		}
	}

}
