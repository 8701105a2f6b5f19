package io.cancelscope.stress;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;

/**
 * Opens millions of scopes on several threads, with everything that can happen to a scope
 * happening at random, and then looks whether anything is left: heap, timers, scopes on
 * threads, interrupt flags.
 *
 * <pre>
 * ./mvnw -Pstress -pl stress -am verify -DskipTests -Djcstress.skip=true -Dsoak.skip=false
 * </pre>
 *
 * {@code -Dsoak.scopes=100000} makes it short, {@code -Dsoak.seed=7} repeats one.
 */
public final class Soak {

	private static final int THREADS = 4;

	private static final int DEEPEST = 12;

	private final CountingTime time = new CountingTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	/** Lives as long as all of it, as an application's own scope would. */
	private final OpenScope application = this.scopes.openUnbound(ScopeOptions.named("application"));

	private final LongAdder opened = new LongAdder();

	private final LongAdder cancelled = new LongAdder();

	private final LongAdder callbacks = new LongAdder();

	private final LongAdder interrupted = new LongAdder();

	private final List<String> problems = new ArrayList<>();

	private final long total;

	private final long seed;

	private Soak(long total, long seed) {
		this.total = total;
		this.seed = seed;
	}

	public static void main(String[] args) throws Exception {
		long total = Long.parseLong(args[0]);
		long seed = Long.getLong("soak.seed", System.nanoTime());
		System.out.printf(Locale.ROOT, "soak: %,d scopes on %d threads, seed %d%n", total, THREADS, seed);
		boolean clean = new Soak(total, seed).run();
		System.out.println(clean ? "soak: clean" : "soak: NOT CLEAN");
		System.exit(clean ? 0 : 1);
	}

	private boolean run() throws Exception {
		ExecutorService workers = Executors.newFixedThreadPool(THREADS);
		ExecutorService helpers = Executors.newFixedThreadPool(2);
		long start = System.nanoTime();
		List<Future<?>> running = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			SplittableRandom random = new SplittableRandom(this.seed + i);
			running.add(workers.submit(() -> work(random, helpers)));
		}
		List<Long> heap = watch(running);
		for (Future<?> each : running) {
			each.get();
		}
		List<Future<?>> looks = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			looks.add(workers.submit(this::lookAtThread));
		}
		looks.add(helpers.submit(this::lookAtThread));
		for (Future<?> look : looks) {
			look.get();
		}
		workers.shutdown();
		helpers.shutdown();
		helpers.awaitTermination(1, TimeUnit.MINUTES);
		report(start, heap);
		return this.problems.isEmpty();
	}

	/** Samples the live heap at each tenth of the way. */
	private List<Long> watch(List<Future<?>> running) throws Exception {
		List<Long> heap = new ArrayList<>();
		for (int tenth = 1; tenth <= 10; tenth++) {
			while (this.opened.sum() < this.total / 10 * tenth && running.stream().anyMatch((each) -> !each.isDone())) {
				TimeUnit.MILLISECONDS.sleep(20);
			}
			heap.add(liveHeap());
			System.out.printf(Locale.ROOT, "  %3d %%  %,12d scopes  %6.1f MiB live  %,d timers%n", tenth * 10,
					this.opened.sum(), heap.get(heap.size() - 1) / 1048576.0, this.time.pending.get());
		}
		return heap;
	}

	private static long liveHeap() {
		System.gc();
		MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
		return usage.getUsed();
	}

	private Void work(SplittableRandom random, ExecutorService helpers) {
		CancelScope.Registration attached = this.application.attach();
		try {
			while (this.opened.sum() < this.total) {
				one(random, helpers);
				if (Thread.interrupted()) {
					problem("an interrupt flag was left behind");
				}
			}
		}
		finally {
			attached.close();
		}
		return null;
	}

	/** One small tree: opened, shaken, closed. */
	private void one(SplittableRandom random, ExecutorService helpers) {
		Deque<OpenScope> open = new ArrayDeque<>();
		int depth = 1 + random.nextInt(DEEPEST);
		try {
			for (int i = 0; i < depth; i++) {
				open.push(this.scopes.open(options(random)));
				this.opened.increment();
				shake(open.peek(), random, helpers);
			}
			CancelScope.current().check();
		}
		catch (ScopeCancelledException ex) {
			this.cancelled.increment();
		}
		finally {
			while (!open.isEmpty()) {
				open.pop().close();
			}
		}
	}

	private static ScopeOptions options(SplittableRandom random) {
		ScopeOptions options = ScopeOptions.none();
		int dice = random.nextInt(100);
		if (dice < 50) {
			options = options.withTimeout(Duration.ofNanos(1L << (12 + random.nextInt(24))));
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

	private void shake(OpenScope scope, SplittableRandom random, ExecutorService helpers) {
		switch (random.nextInt(24)) {
			case 0, 1 -> scope.onCancel((reason) -> this.callbacks.increment());
			case 2 -> scope.onCancel((reason) -> this.callbacks.increment()).unregister();
			case 3 -> scope.cancel("soak");
			case 4 -> scope.reschedule(Deadline.after(Duration.ofNanos(random.nextInt(1 << 24)), this.time));
			case 5 -> helpers.execute(scope.wrap((Runnable) scope::isCancelled));
			case 6 -> helpers.execute(scope::cancel);
			case 7 -> {
				OpenScope unbound = this.scopes.openUnbound(options(random));
				this.opened.increment();
				unbound.onCancel((reason) -> this.callbacks.increment());
				CompletableFuture.runAsync(unbound::close, helpers);
			}
			case 8 -> {
				try {
					scope.interruptibly((s) -> {
						TimeUnit.NANOSECONDS.sleep(1);
						return null;
					});
				}
				catch (InterruptedException ex) {
					problem("an interruption came out that nobody had sent");
				}
				catch (ScopeCancelledException ex) {
					this.interrupted.increment();
				}
			}
			default -> scope.isCancelled();
		}
	}

	private void lookAtThread() {
		if (!CancelScope.current().name().equals("root")) {
			problem("a scope was left on a thread: " + CancelScope.current());
		}
		if (Thread.currentThread().isInterrupted()) {
			problem("an interrupt flag was left on a thread");
		}
	}

	private synchronized void problem(String problem) {
		if (this.problems.size() < 20) {
			this.problems.add(problem);
		}
	}

	private void report(long start, List<Long> heap) {
		long first = heap.get(0);
		long last = heap.get(heap.size() - 1);
		if (last > first + 8 * 1048576L) {
			problem("the heap grew from " + first + " to " + last + " bytes");
		}
		this.application.close();
		if (this.time.pending.get() != 0) {
			problem(this.time.pending.get() + " timers are left");
		}
		System.out.printf(Locale.ROOT,
				"soak: %,d scopes in %.1f s; %,d trees stopped, %,d callbacks ran, %,d calls interrupted;"
						+ " heap %.1f -> %.1f MiB, %,d timers set, %d left%n",
				this.opened.sum(), (System.nanoTime() - start) / 1e9, this.cancelled.sum(), this.callbacks.sum(),
				this.interrupted.sum(), first / 1048576.0, last / 1048576.0, this.time.set.sum(),
				this.time.pending.get());
		this.problems.forEach((problem) -> System.out.println("  problem: " + problem));
	}

	/** The system's time, which counts what is scheduled and not yet over. */
	private static final class CountingTime implements TimeSource {

		private final AtomicLong pending = new AtomicLong();

		private final LongAdder set = new LongAdder();

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			this.pending.incrementAndGet();
			this.set.increment();
			AtomicBoolean over = new AtomicBoolean();
			Runnable once = () -> {
				if (over.compareAndSet(false, true)) {
					this.pending.decrementAndGet();
				}
			};
			Runnable cancel = TimeSource.system().schedule(() -> {
				once.run();
				task.run();
			}, delayNanos);
			return () -> {
				once.run();
				cancel.run();
			};
		}

	}

}
