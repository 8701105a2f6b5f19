package io.cancelscope.stress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;

/**
 * The small trees that one thread of the soak opens, shakes and closes.
 */
final class SoakTrees {

	private static final int DEEPEST = 12;

	private final Soak soak;

	private final SplittableRandom random;

	private final ExecutorService helpers;

	SoakTrees(Soak soak, SplittableRandom random, ExecutorService helpers) {
		this.soak = soak;
		this.random = random;
		this.helpers = helpers;
	}

	/** One small tree: opened, shaken, closed. */
	void one() {
		Manners[] all = Manners.values();
		int dice = this.random.nextInt(2 * all.length);
		Manners manners = (dice < all.length) ? all[dice] : Manners.OWN;
		Deque<Entry> open = new ArrayDeque<>();
		int depth = 1 + this.random.nextInt(DEEPEST);
		try {
			for (int i = 0; i < depth; i++) {
				open.push(new Entry(this.soak.scopesOf(manners).open(options()), manners, new ArrayList<>(0)));
				this.soak.opened.increment();
				shake(open.peek());
			}
			CancelScope.current().check();
		}
		catch (ScopeCancelledException ex) {
			this.soak.cancelled.increment();
		}
		finally {
			while (!open.isEmpty()) {
				this.soak.guard(open.pop()::close);
			}
		}
	}

	private ScopeOptions options() {
		ScopeOptions options = ScopeOptions.none();
		int dice = this.random.nextInt(100);
		if (dice < 50) {
			options = options.withTimeout(Duration.ofNanos(1L << (12 + this.random.nextInt(24))));
		}
		if (dice % 10 == 3) {
			options = options.shield();
		}
		if (dice % 10 == 4) {
			options = options.bubble();
		}
		if (dice % 20 == 5) {
			options = options.interrupt();
		}
		if (dice % 50 == 6) {
			options = options.detached();
		}
		return options;
	}

	private void shake(Entry entry) {
		OpenScope scope = entry.scope;
		switch (this.random.nextInt(24)) {
			case 0, 1 -> entry.register(this.soak);
			case 2 -> {
				Promise promise = this.soak.promise(entry.manners);
				promise.takeBack(scope.onCancel(promise));
			}
			case 3 -> scope.cancel("soak");
			case 4 -> scope.reschedule(Deadline.after(Duration.ofNanos(this.random.nextInt(1 << 24)), this.soak.time));
			case 5 -> help(scope.wrap((Runnable) scope::isCancelled));
			case 6 -> help(scope::cancel);
			case 7 -> {
				Entry unbound = new Entry(this.soak.scopesOf(entry.manners).openUnbound(options()), entry.manners,
						new ArrayList<>(1));
				this.soak.opened.increment();
				unbound.register(this.soak);
				help(unbound::close);
			}
			case 8 -> interrupt(scope);
			case 9 -> outlive(entry.manners);
			default -> scope.isCancelled();
		}
	}

	private void interrupt(OpenScope scope) {
		try {
			scope.interruptibly((s) -> {
				TimeUnit.NANOSECONDS.sleep(1);
				return null;
			});
		}
		catch (InterruptedException ex) {
			this.soak.problem("an interruption came out that nobody had sent");
		}
		catch (ScopeCancelledException ex) {
			this.soak.interrupted.increment();
		}
	}

	/** Seldom, as it takes a thousand times longer than the rest. */
	private void outlive(Manners manners) {
		CancelScopes scopes = this.soak.scopesOf(manners);
		int dice = this.random.nextInt(400);
		if (dice < 20) {
			this.soak.outliving.register(scopes, manners, this.random.nextInt(300_000), dice < 10);
		}
		else if (dice == 20) {
			this.soak.outliving.sleep(scopes);
		}
	}

	private void help(Runnable task) {
		this.helpers.execute(() -> this.soak.guard(task));
	}

	/** A scope, and the callbacks that its opener has registered with it. */
	private record Entry(OpenScope scope, Manners manners, List<Promise> promises) {

		void register(Soak soak) {
			Promise promise = soak.promise(this.manners);
			this.promises.add(promise);
			this.scope.onCancel(promise);
		}

		/** Whether it was cancelled tells what must have become of its callbacks. */
		void close() {
			if (this.promises.isEmpty()) {
				this.scope.close();
				return;
			}
			boolean cancelled = this.scope.isCancelled();
			this.scope.close();
			boolean released = !cancelled && !this.scope.isCancelled();
			for (Promise promise : this.promises) {
				if (cancelled) {
					promise.owe();
				}
				else if (released) {
					promise.forbid();
				}
			}
		}

	}

}
