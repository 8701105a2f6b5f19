package io.cancelscope;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.TreeModel.Node;
import io.cancelscope.TreeModel.Reason;
import io.cancelscope.TreeModel.Work;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One thread of {@link RandomWork}: the work that is nested on it, and what it waits for.
 */
final class RandomLane {

	private static final int DEEPEST = 3;

	private final RandomTreeRun run;

	private final int number;

	private final DrivenThread thread;

	private final Deque<Begun> work = new ArrayDeque<>();

	private @Nullable Wait wait;

	private long waitsWokenAfterMovingUp;

	RandomLane(RandomTreeRun run, int number, DrivenThread thread) {
		this.run = run;
		this.number = number;
		this.thread = thread;
	}

	boolean isIdle() {
		return this.work.isEmpty() && this.wait == null;
	}

	/** The scope of what this thread does, or any where it does nothing. */
	private int place() {
		return (this.wait != null) ? this.wait.index
				: (!this.work.isEmpty()) ? this.work.element().index : this.run.someScope();
	}

	/** The scope that what this thread does belongs to by now. */
	int placeServing() {
		int index = place();
		Node serving = this.run.model.get(index).serving();
		return (serving != null) ? this.run.model.indexOf(serving) : index;
	}

	/** Begins work in a scope, or a wait in it without any. */
	void begin(int index, boolean carried) {
		if (this.wait != null || this.work.size() == DEEPEST) {
			return;
		}
		if (carried) {
			beginWork(index);
		}
		else {
			beginWait(index);
		}
	}

	/**
	 * Does the next thing in the work that goes on here; soon nothing where it is dead.
	 */
	void goOn() {
		int dice = this.run.random.nextInt(100);
		if (this.wait != null) {
			completeWait();
		}
		else if (dice < 20 || (dice < 60 && this.run.model.get(place()).reason().isPresent())) {
			endWork();
		}
		else if (dice < 45) {
			beginWait(place());
		}
		else {
			register();
		}
	}

	void finish() {
		completeWait();
		compare();
		while (!this.work.isEmpty()) {
			endWork();
		}
		this.thread.run(() -> assertThat(CancelScope.current().name()).isEqualTo("root"));
	}

	// Work

	private void beginWork(int index) {
		OpenScope scope = this.run.real.get(this.run.noteCarried(index));
		Node node = this.run.model.get(index);
		boolean wrapped = this.run.random.nextBoolean() && !isCurrent(node);
		log((wrapped ? "wrapped work" : "an attachment") + " of s" + index + " begins");
		this.work.push(new Begun(index, node.begin(), new ArrayList<>()));
		this.thread.begin(wrapped ? (body) -> scope.wrap(body).run() : (body) -> attach(scope, body));
	}

	/** Where nothing changes, wrapped work need not have an attachment of its own. */
	private boolean isCurrent(Node node) {
		return !this.work.isEmpty() && this.work.element().work.scope.serving() == node.serving();
	}

	private static void attach(OpenScope scope, Runnable body) {
		try (Registration attached = scope.attach()) {
			assertThat(attached).isNotNull();
			body.run();
		}
	}

	private void endWork() {
		Begun begun = this.work.pop();
		begun.late.forEach(this.run.callbacks::takeBack);
		log("work of s" + begun.index + " ends");
		this.thread.end();
		this.run.tree.end(begun.work);
	}

	/**
	 * A callback of the work's. One that comes after the scope was released goes to an
	 * ancestor: how long that keeps it is not defined, so the work takes it back.
	 */
	private void register() {
		Begun begun = this.work.element();
		OpenScope scope = this.run.real.get(begun.index);
		boolean current = this.run.random.nextBoolean();
		boolean late = begun.work.scope.isReleased();
		log("callback " + this.run.callbacks.count() + " on " + (current ? "the current scope, of s" : "s")
				+ begun.index);
		TreeSleeper sleeper = begun.work.scope.onCancel(begun.work);
		this.thread.run(() -> {
			RandomCallbacks.Entry entry = this.run.callbacks.register(current ? CancelScope.current() : scope, sleeper);
			if (late) {
				begun.late.add(entry);
			}
		});
	}

	// Waiting

	/** Blocks the thread until a future is completed, or for some time. */
	private void beginWait(int index) {
		OpenScope scope = this.run.real.get(index);
		long until = this.run.instants.next(null);
		long nanos = until - this.run.tree.now();
		boolean sleeps = nanos > 0 && this.run.random.nextBoolean();
		log(sleeps ? "sleep in s" + index + " until " + until : "await a future in s" + index);
		Wait wait = new Wait(index, this.run.model.get(index).await(), sleeps ? until : Long.MAX_VALUE);
		this.wait = wait;
		this.thread.block(() -> wait.outcome = sleeps ? outcomeOf(() -> scope.sleep(Duration.ofNanos(nanos)))
				: outcomeOf(() -> scope.await(wait.future)));
	}

	private static Object outcomeOf(Waiting waiting) {
		try {
			waiting.run();
			return Wait.BY_ITSELF;
		}
		catch (ScopeCancelledException ex) {
			return new Reason(ex.reason().kind(), ex.reason().origin());
		}
		catch (Exception ex) {
			return ex;
		}
	}

	/** Completes the future that is awaited, if one is. */
	private void completeWait() {
		if (this.wait != null && this.wait.until == Long.MAX_VALUE) {
			log("complete the future");
			this.wait.future.complete("done");
			endWait();
		}
	}

	/** The wait has come to its end, unless a cancellation came before. */
	void endWait() {
		if (this.wait != null) {
			this.wait.isOver = true;
			this.run.tree.takeBack(this.wait.sleeper);
		}
	}

	/** When the sleep ends, {@code Long.MAX_VALUE} where this thread doesn't sleep. */
	long sleepEnd() {
		return (this.wait != null && !this.wait.isOver) ? this.wait.until : Long.MAX_VALUE;
	}

	void compare() {
		Wait wait = this.wait;
		if (wait == null) {
			return;
		}
		Reason woken = wait.sleeper.reason();
		if (woken == null && !wait.isOver) {
			assertThat(this.thread.isStillBlocked()).as("thread %d still waits", this.number).isTrue();
			return;
		}
		Object expected = (woken != null) ? woken : Wait.BY_ITSELF;
		assertThat(this.thread.isIdleSoon()).as("thread %d has ended its wait: %s", this.number, expected).isTrue();
		assertThat(wait.outcome).as("how the wait of thread %d ended", this.number).isEqualTo(expected);
		this.waitsWokenAfterMovingUp += (woken != null && wait.sleeper.hasMovedUp()) ? 1 : 0;
		this.wait = null;
	}

	long waitsWokenAfterMovingUp() {
		return this.waitsWokenAfterMovingUp;
	}

	private void log(String line) {
		this.run.log.add("thread " + this.number + ": " + line);
	}

	/** Work on a thread, and what it registered after its scope was released. */
	private record Begun(int index, Work work, List<RandomCallbacks.Entry> late) {
	}

	/** A thread's waiting for a future or an instant. */
	private static final class Wait {

		private static final Object BY_ITSELF = "it was over by itself";

		private final int index;

		private final TreeSleeper sleeper;

		private final long until;

		private final CompletableFuture<String> future = new CompletableFuture<>();

		private boolean isOver;

		private volatile @Nullable Object outcome;

		private Wait(int index, TreeSleeper sleeper, long until) {
			this.index = index;
			this.sleeper = sleeper;
			this.until = until;
		}

	}

	@FunctionalInterface
	private interface Waiting {

		void run() throws Exception;

	}

}
