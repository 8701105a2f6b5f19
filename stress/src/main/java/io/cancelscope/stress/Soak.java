package io.cancelscope.stress;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

/**
 * Opens millions of scopes on several threads, with everything that can happen to a scope
 * happening at random, callback executors of bad manners among it, and then looks whether
 * anything is lost or left: callbacks, heap, timers, threads, scopes on threads,
 * interrupt flags.
 *
 * <pre>
 * ./mvnw -Pstress -pl stress -am verify -DskipTests -Djcstress.skip=true -Dsoak.skip=false
 * </pre>
 *
 * {@code -Dsoak.scopes=100000} makes it short, {@code -Dsoak.seed=7} repeats one.
 */
public final class Soak {

	private static final int THREADS = 4;

	/** The library's threads may outlive their work by this. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

	/** Beside those of the soak itself. */
	private static final int THREADS_AT_MOST = 256;

	final CountingTime time = new CountingTime();

	final LongAdder opened = new LongAdder();

	final LongAdder cancelled = new LongAdder();

	final LongAdder interrupted = new LongAdder();

	final Outliving outliving = new Outliving(this);

	private final LongAdder callbacks = new LongAdder();

	private final Map<Manners, CancelScopes> scopes = new EnumMap<>(Manners.class);

	/** Lives as long as all of it, as an application's own scope would. */
	private final OpenScope application;

	private final List<String> problems = new ArrayList<>();

	private final long total;

	private final long seed;

	private Soak(long total, long seed) {
		this.total = total;
		this.seed = seed;
		for (Manners manners : Manners.values()) {
			this.scopes.put(manners, manners.scopesOn(this.time));
		}
		this.application = scopesOf(Manners.OWN).openUnbound(ScopeOptions.named("application"));
	}

	public static void main(String[] args) throws Exception {
		long total = Long.parseLong(args[0]);
		long seed = Long.getLong("soak.seed", System.nanoTime());
		System.out.printf(Locale.ROOT, "soak: %,d scopes on %d threads, seed %d%n", total, THREADS, seed);
		boolean clean = false;
		try {
			clean = new Soak(total, seed).run();
		}
		finally {
			System.out.println(clean ? "soak: clean" : "soak: NOT CLEAN");
			System.exit(clean ? 0 : 1);
		}
	}

	private boolean run() throws Exception {
		Set<Thread> before = threads();
		ExecutorService workers = Executors.newFixedThreadPool(THREADS);
		ExecutorService helpers = Executors.newFixedThreadPool(2);
		long start = System.nanoTime();
		List<Future<?>> running = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			SplittableRandom random = new SplittableRandom(this.seed + i);
			running.add(workers.submit(() -> work(new SoakTrees(this, random, helpers))));
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
		this.outliving.end();
		report(start, heap, before);
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
			System.out.printf(Locale.ROOT, "  %3d %%  %,12d scopes  %6.1f MiB live  %,d timers  %,d threads%n",
					tenth * 10, this.opened.sum(), heap.get(heap.size() - 1) / 1048576.0, this.time.pending.get(),
					ManagementFactory.getThreadMXBean().getThreadCount());
		}
		return heap;
	}

	private static long liveHeap() {
		System.gc();
		MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
		return usage.getUsed();
	}

	private static Set<Thread> threads() {
		return new HashSet<>(Thread.getAllStackTraces().keySet());
	}

	private Void work(SoakTrees trees) {
		CancelScope.Registration attached = this.application.attach();
		try {
			while (this.opened.sum() < this.total) {
				guard(trees::one);
				if (Thread.interrupted()) {
					problem("an interrupt flag was left behind");
				}
			}
		}
		finally {
			guard(attached::close);
		}
		return null;
	}

	/** What the library lets out is a problem, and not the end of the soak. */
	void guard(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			problem("thrown: " + ex);
		}
	}

	CancelScopes scopesOf(Manners manners) {
		return this.scopes.get(manners);
	}

	Promise promise(Manners manners) {
		return new Promise(manners, this.callbacks, this::problem);
	}

	private void lookAtThread() {
		if (!CancelScope.current().name().equals("root")) {
			problem("a scope was left on a thread: " + CancelScope.current());
		}
		if (Thread.currentThread().isInterrupted()) {
			problem("an interrupt flag was left on a thread");
		}
	}

	/** Notes a problem; each sort of them once. */
	synchronized void problem(String problem) {
		if (this.problems.size() < 20 && !this.problems.contains(problem)) {
			this.problems.add(problem);
		}
	}

	private void report(long start, List<Long> heap, Set<Thread> before) throws InterruptedException {
		double seconds = (System.nanoTime() - start) / 1e9;
		long first = heap.get(0);
		long last = heap.get(heap.size() - 1);
		if (last > first + 8 * 1048576L) {
			problem("the heap grew from " + first + " to " + last + " bytes");
		}
		this.application.close();
		if (this.time.pending.get() != 0) {
			problem(this.time.pending.get() + " timers are left");
		}
		for (Manners manners : Manners.values()) {
			// The soak counts timers with a time source of its own, and there nobody
			// watches
			// whether an executor begins: see docs/decisions/0004-who-runs-callbacks.md.
			if (manners != Manners.DISCARDING && !comesTrue(() -> manners.owed.get() == 0)) {
				problem(manners.owed.get() + " callbacks were lost (" + manners + ")");
			}
			manners.end();
		}
		if (!comesTrue(() -> before.containsAll(threads()))) {
			Set<Thread> left = threads();
			left.removeAll(before);
			problem("threads are left: " + left.stream().map(Thread::getName).sorted().toList());
		}
		int most = ManagementFactory.getThreadMXBean().getPeakThreadCount();
		if (most > THREADS_AT_MOST) {
			problem("there were " + most + " threads at a time");
		}
		System.out.printf(Locale.ROOT,
				"soak: %,d scopes in %.1f s; %,d trees stopped, %,d callbacks ran, %,d calls interrupted,"
						+ " %,d works outlived their scopes; heap %.1f -> %.1f MiB, %,d timers set, %d left,"
						+ " %d threads at most%n",
				this.opened.sum(), seconds, this.cancelled.sum(), this.callbacks.sum(), this.interrupted.sum(),
				this.outliving.count.sum(), first / 1048576.0, last / 1048576.0, this.time.set.sum(),
				this.time.pending.get(), most);
		this.problems.forEach((problem) -> System.out.println("  problem: " + problem));
	}

	private static boolean comesTrue(BooleanSupplier condition) throws InterruptedException {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				return false;
			}
			TimeUnit.MILLISECONDS.sleep(20);
		}
		return true;
	}

}
