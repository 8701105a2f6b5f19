package io.cancelscope.spring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.cancelscope.Durations;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ChangedSettings.Entry;
import io.cancelscope.spring.ChangedSettings.Pair;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Changes budgets and modes while the application runs, and reverts changes whose time is
 * over. Scopes that open from then on have what is changed; open ones keep what they
 * have. For features. Thread-safe.
 * <p>
 * Race: the time of a change is over, and another change replaces it. Entries are
 * compared by identity, so the end of the first one leaves the second.
 */
public final class BudgetChanges implements DisposableBean {

	/** Names come from outside, and must not fill the memory. */
	static final int MOST_NAMES = 1_000;

	private static final OneLineLog logger = OneLineLog.of(BudgetChanges.class);

	private final ScopeSettings settings;

	private final TimeSource time;

	private final InstantSource clock;

	private final Executor threads;

	private final Supplier<@Nullable BudgetCommands> nodes;

	/** Guarded by this. */
	private final List<Timer> timers = new ArrayList<>();

	/** Guarded by this. */
	private ChangedSettings current = ChangedSettings.NONE;

	/** Guarded by this. */
	private long orders;

	/** Guarded by this. */
	private boolean closed;

	/**
	 * Creates an instance.
	 * @param settings the settings to change
	 * @param time the time source that ends changes
	 * @param nodes returns what sends commands to other nodes, or {@code null}
	 */
	public BudgetChanges(ScopeSettings settings, TimeSource time, Supplier<@Nullable BudgetCommands> nodes) {
		this(settings, time, nodes, InstantSource.system(), AsideThreads.create("cancel-scope-budgets-"));
	}

	BudgetChanges(ScopeSettings settings, TimeSource time, Supplier<@Nullable BudgetCommands> nodes,
			InstantSource clock, Executor threads) {
		this.settings = settings;
		this.time = time;
		this.nodes = nodes;
		this.clock = clock;
		this.threads = threads;
	}

	/**
	 * Executes a command of a person: on this node, and on all others if this node sends
	 * commands.
	 * @param command the command
	 * @throws IllegalArgumentException if too many names are changed
	 */
	public void execute(BudgetCommand command) {
		synchronized (this) {
			checkRoom(command);
		}
		// Order: first sent, so that what is shown says whether all nodes have it.
		BudgetCommands nodes = this.nodes.get();
		BudgetCommands.Sent sent = (nodes != null) ? nodes.send(command) : BudgetCommands.Sent.OFF;
		apply(command, sent == BudgetCommands.Sent.SENT, "");
		if (sent == BudgetCommands.Sent.FAILED) {
			logger.warn("Could not send a change of budgets to the other nodes: only this node has it."
					+ " Repeat it when the nodes are connected");
		}
	}

	/**
	 * Executes a command that another node has sent.
	 * @param command the command
	 * @param node the name of the other node
	 * @throws IllegalArgumentException if too many names are changed
	 */
	public void received(BudgetCommand command, String node) {
		apply(command, true, ", sent by node '" + node + "'");
	}

	private void apply(BudgetCommand command, boolean everywhere, String origin) {
		String name = command.name();
		Duration duration = command.duration();
		Timer timer = null;
		Instant until = null;
		List<Timer> over;
		synchronized (this) {
			if (this.closed) {
				return;
			}
			checkRoom(command);
			if (command.isReset()) {
				set((name != null) ? this.current.with(name, Pair.EMPTY) : ChangedSettings.NONE);
			}
			else {
				Instant now = this.clock.instant();
				until = (duration != null) ? now.plus(duration) : null;
				Pair added = pair(command, now, until, everywhere);
				if (duration != null) {
					timer = new Timer(name, added);
					this.timers.add(timer);
				}
				set(this.current.with(name, this.current.get(name).with(added)));
			}
			over = removeOver();
		}
		over.forEach(Timer::cancel);
		if (timer != null && duration != null) {
			timer.start(duration);
		}
		String by = ((command.who() != null) ? " by '" + command.who() + "'" : "") + origin;
		if (command.isReset()) {
			logger.info("Changes of the budget of " + scopes(name) + " were reverted at run time" + by
					+ ". What is configured applies again");
		}
		else {
			logger.info("The budget of " + scopes(name) + " was changed at run time" + by + ": "
					+ values(command.timeout(), command.mode()) + ", until "
					+ ((until != null) ? until : "the next start") + ". Open scopes keep theirs");
		}
	}

	private Pair pair(BudgetCommand command, Instant since, @Nullable Instant until, boolean everywhere) {
		long order = ++this.orders;
		Duration timeout = command.timeout();
		Mode mode = command.mode();
		return new Pair((timeout != null) ? new Entry<>(timeout, command.who(), since, until, order, everywhere) : null,
				(mode != null) ? new Entry<>(mode, command.who(), since, until, order, everywhere) : null);
	}

	private void checkRoom(BudgetCommand command) {
		String name = command.name();
		if (name != null && !command.isReset() && this.current.size() >= MOST_NAMES && !this.current.has(name)) {
			throw new IllegalArgumentException("Cannot change the budget of '" + name + "': " + MOST_NAMES
					+ " other names are changed, which is the highest number. Revert changes that are not needed any"
					+ " more, or change all names at once.");
		}
	}

	private void set(ChangedSettings changed) {
		this.current = changed;
		this.settings.changed(changed.isEmpty() ? null : changed);
	}

	/** Removes the timers of changes that were replaced or reverted. */
	private List<Timer> removeOver() {
		List<Timer> over = new ArrayList<>();
		for (Iterator<Timer> all = this.timers.iterator(); all.hasNext();) {
			Timer timer = all.next();
			if (timer.left(this.current).isEmpty()) {
				all.remove();
				over.add(timer);
			}
		}
		return over;
	}

	private void end(Timer timer) {
		Pair ended;
		synchronized (this) {
			if (!this.timers.remove(timer)) {
				return;
			}
			ended = timer.left(this.current);
			set(this.current.with(timer.name, this.current.get(timer.name).without(timer.added)));
		}
		logger
			.info("The time of a change of the budget of " + scopes(timer.name) + " is over: "
					+ values((ended.timeout() != null) ? ended.timeout().value() : null,
							(ended.mode() != null) ? ended.mode().value() : null)
					+ ". What is configured applies again");
	}

	private static String scopes(@Nullable String name) {
		return (name != null) ? "scope '" + name + "'" : "all scopes";
	}

	private static String values(@Nullable Duration timeout, @Nullable Mode mode) {
		StringJoiner values = new StringJoiner(", ");
		if (timeout != null) {
			values.add("timeout=" + Durations.format(timeout));
		}
		if (mode != null) {
			values.add("mode=" + mode.name().toLowerCase(Locale.ROOT));
		}
		return values.toString();
	}

	/** Reverts everything, so that no timer keeps this alive. */
	@Override
	public void destroy() {
		List<Timer> all;
		synchronized (this) {
			this.closed = true;
			set(ChangedSettings.NONE);
			all = removeOver();
		}
		all.forEach(Timer::cancel);
	}

	/** Ends a change. */
	private final class Timer {

		private final @Nullable String name;

		private final Pair added;

		private volatile @Nullable Runnable cancel;

		private volatile boolean over;

		private Timer(@Nullable String name, Pair added) {
			this.name = name;
			this.added = added;
		}

		/** Returns what is left of the change. */
		private Pair left(ChangedSettings current) {
			Pair here = current.get(this.name);
			return new Pair((here.timeout() == this.added.timeout()) ? here.timeout() : null,
					(here.mode() == this.added.mode()) ? here.mode() : null);
		}

		/**
		 * Outside of the lock, since a time source may be the application's; and what is
		 * to be done is logged, so not on the timer's thread.
		 */
		private void start(Duration duration) {
			Runnable cancel = BudgetChanges.this.time.schedule(
					() -> BudgetChanges.this.threads.execute(() -> BudgetChanges.this.end(this)), duration.toNanos());
			// Race: another change replaces this one meanwhile. Who comes second cancels.
			this.cancel = cancel;
			if (this.over) {
				cancel.run();
			}
		}

		private void cancel() {
			this.over = true;
			Runnable cancel = this.cancel;
			if (cancel != null) {
				cancel.run();
			}
		}

	}

}
