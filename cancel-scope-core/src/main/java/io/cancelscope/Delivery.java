package io.cancelscope;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * What one cancellation brings about: threads to interrupt, then <em>stops</em>, which
 * are the callbacks, outermost scope first, then <em>news</em>, which is all that is told
 * to others. Collected from the whole tree under its locks, delivered outside of them.
 * <p>
 * Stops come before news: no news is taken before the last stop has begun. And one that
 * blocks holds up nothing else: any number of threads may deliver, each takes the next
 * one. Usually one does. A watch on the timer looks whether it gets on; if it doesn't,
 * threads of the library join, and from then on each calls two more before it takes
 * something that may block. Who cancels comes back when all is done, as if it had done it
 * alone; but it does not wait for long, for the others may wait for what it holds.
 */
final class Delivery implements Runnable {

	/** How often somebody looks whether the delivery gets on. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Who has taken fewer since the last look doesn't get on: most take microseconds. */
	private static final int FEW = 16;

	/**
	 * A thread that looks as if it ran may be in a system call, or wait for a processor.
	 */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** So long who cancels waits for what other threads have joined in. */
	private static final long REJOIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** So long an executor may take to begin. */
	private static final long BEGIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final VarHandle STOPS;

	private static final VarHandle COMING;

	private static final VarHandle TAKEN;

	/** So many are called at one time: one calls two, those call more. */
	private static final int MOST_COMING = 8;

	static {
		try {
			STOPS = MethodHandles.lookup().findVarHandle(Delivery.class, "stops", Callback.class);
			COMING = MethodHandles.lookup().findVarHandle(Delivery.class, "coming", int.class);
			TAKEN = MethodHandles.lookup().findVarHandle(Delivery.class, "taken", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** The next stop; the others follow behind it. */
	private volatile @Nullable Callback stops;

	/** The last one, while they are collected. */
	private @Nullable Callback last;

	private List<Region> regions = List.of();

	/** Guarded by this, once delivery has begun. */
	private @Nullable Deque<Runnable> news;

	private int size;

	/** How many were taken, or about that many: it only has to move. */
	private int taken;

	private volatile boolean begun;

	/** A thread was held up: from now on others join. */
	private volatile boolean joined;

	/** How many threads were called to join, and have not come yet. */
	private volatile int coming;

	/** Whether somebody comes back when all is done, and not just a thread of a pool. */
	private volatile boolean awaited = true;

	/** How many threads were called and are not through; guarded by this. */
	private int joining;

	/** The thread that has taken the last one. */
	private volatile @Nullable Thread runner;

	// Collecting

	void add(Region region) {
		if (this.regions.isEmpty()) {
			this.regions = new ArrayList<>();
		}
		this.regions.add(region);
	}

	/** Adds a callback that is in no chain now. */
	void add(Callback callback) {
		Callback last = this.last;
		if (last == null) {
			STOPS.set(this, callback);
		}
		else {
			last.after = callback;
		}
		this.last = callback;
		this.size++;
	}

	/** Adds what is told when all stops have begun. It calls foreign code guarded. */
	void addNews(Runnable one) {
		if (this.news == null) {
			this.news = new ArrayDeque<>();
		}
		this.news.add(one);
		this.size++;
	}

	/**
	 * Adds news while a stop of this runs on the calling thread, which tells it later.
	 */
	void addNewsMeanwhile(Runnable one) {
		synchronized (this) {
			if (this.news == null) {
				this.news = new ArrayDeque<>();
			}
			this.news.add(one);
		}
	}

	private void takeNewsOf(Delivery inner) {
		for (Runnable one = inner.nextNews(); one != null; one = inner.nextNews()) {
			addNewsMeanwhile(one);
		}
	}

	/** Adds that the listener, if there is one, is told that a scope was cancelled. */
	void addNewsOf(ScopeNode scope, Cancellation cancellation) {
		News news = scope.setup.news;
		if (news != null) {
			addNews(() -> news.cancelled(scope, cancellation));
		}
	}

	// Delivering

	/** Interrupts the threads collected so far. */
	void interrupt() {
		List<Region> regions = this.regions;
		this.regions = List.of();
		// A thread may have an interrupt() of its own, which is as foreign as a callback.
		for (Region region : regions) {
			if (region.gate.interruptsByForeignCode() && SystemTime.INSTANCE.isTimerThread()) {
				CallbackThreads.SHARED.execute(() -> interrupt(region));
			}
			else {
				interrupt(region);
			}
		}
	}

	private static void interrupt(Region region) {
		Foreign.run(() -> region.gate.deliver(region, false),
				() -> "A thread could not be interrupted on cancellation. The other threads are interrupted");
	}

	/** Delivers on this thread, and throws what the JVM ran into, when all is done. */
	void runHere() {
		VirtualMachineError trouble = (this.size > 0) ? deliver() : null;
		if (trouble != null) {
			throw trouble;
		}
	}

	/**
	 * Delivers elsewhere: on the executor, or on the library's threads if it fails, or
	 * does not begin in time. The executor is foreign code, too, so the timer's thread
	 * does not call it.
	 */
	void runOn(Setup setup) {
		Executor executor = setup.callbackExecutor;
		if (this.size == 0) {
			return;
		}
		this.awaited = !(setup.timeSource instanceof SystemTime);
		if (executor == CallbackThreads.SHARED || SystemTime.INSTANCE.isTimerThread()) {
			CallbackThreads.SHARED.execute((executor == CallbackThreads.SHARED) ? this : () -> offer(setup));
		}
		else {
			offer(setup);
		}
	}

	private void offer(Setup setup) {
		Throwable refused = Foreign.execute(setup.callbackExecutor, this);
		if (refused != null) {
			if (!this.begun) {
				CallbackThreads.SHARED.execute(this);
			}
			Foreign.log(Level.DEBUG,
					() -> "The callback executor failed. Threads of the library run the remaining callbacks", refused);
		}
		else if (!this.begun && setup.timeSource instanceof SystemTime) {
			watch(BEGIN_NANOS, System.nanoTime());
		}
	}

	/** On the thread of an executor. */
	@Override
	public void run() {
		deliver();
	}

	private @Nullable VirtualMachineError deliver() {
		this.begun = true;
		if (this.size == 1) {
			return takeAll();
		}
		this.runner = Thread.currentThread();
		Watch watch = watch(LOOK_NANOS, System.nanoTime());
		try {
			return takeAll();
		}
		finally {
			through(watch);
		}
	}

	private void through(@Nullable Watch watch) {
		if (watch != null) {
			watch.leave();
		}
		if (this.joined && this.awaited && !Aside.isHere()) {
			awaitJoined();
		}
	}

	private synchronized void awaitJoined() {
		long start = System.nanoTime();
		long left = REJOIN_NANOS;
		boolean interrupted = false;
		while (this.joining > 0 && left > 0) {
			try {
				TimeUnit.NANOSECONDS.timedWait(this, left);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
			left = REJOIN_NANOS - (System.nanoTime() - start);
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private @Nullable VirtualMachineError takeAll() {
		VirtualMachineError trouble = stopAll();
		Delivery around = Aside.delivery();
		if (around != null) {
			around.takeNewsOf(this); // a stop of that one brought this one about
			return trouble;
		}
		for (Runnable one = nextNews(); one != null; one = nextNews()) {
			one.run();
		}
		return trouble;
	}

	private @Nullable VirtualMachineError stopAll() {
		Callback stop = nextStop();
		if (stop == null) {
			return null;
		}
		VirtualMachineError trouble = null;
		Aside aside = Aside.step(this);
		try {
			while (stop != null) {
				VirtualMachineError error = stop.run();
				trouble = (trouble != null) ? trouble : error;
				aside.tidy();
				stop = nextStop();
			}
		}
		finally {
			aside.back();
		}
		return trouble;
	}

	/** Each is taken by one thread: nobody puts one back, so a compare-and-set does. */
	private @Nullable Callback nextStop() {
		if (this.joined) {
			callOthers(); // before this thread takes one, which may block it
		}
		while (true) {
			Callback first = this.stops;
			if (first == null) {
				return null;
			}
			Callback next = (Callback) first.after;
			if (STOPS.compareAndSet(this, first, next)) {
				first.after = null;
				noteTaken();
				return first;
			}
		}
	}

	private @Nullable Runnable nextNews() {
		if (this.news == null) {
			return null;
		}
		if (this.joined) {
			callOthers();
		}
		synchronized (this) {
			noteTaken();
			return this.news.poll();
		}
	}

	/** Unguarded, and seen soon enough by who watches. */
	private void noteTaken() {
		TAKEN.setOpaque(this, this.taken + 1);
	}

	private int taken() {
		return (int) TAKEN.getOpaque(this);
	}

	private boolean isDone() {
		if (this.stops != null) {
			return false;
		}
		synchronized (this) {
			return this.news == null || this.news.isEmpty();
		}
	}

	// Joining

	private void callOthers() {
		this.runner = Thread.currentThread();
		for (int i = 0; i < 2 && this.coming < MOST_COMING && !isDone(); i++) {
			COMING.getAndAdd(this, 1);
			synchronized (this) {
				this.joining++;
			}
			CallbackThreads.SHARED.execute(this::join);
		}
	}

	private void join() {
		this.begun = true;
		COMING.getAndAdd(this, -1);
		try {
			takeAll();
		}
		finally {
			synchronized (this) {
				this.joining--;
				notifyAll();
			}
		}
	}

	private @Nullable Watch watch(long nanos, long since) {
		try {
			Watch watch = new Watch(taken(), since, System.nanoTime() + nanos);
			SystemTime.INSTANCE.add(watch);
			return watch;
		}
		catch (Throwable ex) {
			return null; // no thread for the timer: then nobody looks
		}
	}

	/** Looks once whether the delivery gets on. */
	private final class Watch extends SystemTime.Alarm {

		private final int seen;

		/** When it was seen there first. */
		private final long since;

		Watch(int seen, long since, long due) {
			super(due, SystemTime.INSTANCE.lane());
			this.seen = seen;
			this.since = since;
		}

		@Override
		void ring() {
			if (isDone() || Delivery.this.joined) {
				return;
			}
			if (taken() - this.seen >= FEW) {
				watch(LOOK_NANOS, System.nanoTime());
			}
			else if (isBlocked()) {
				Delivery.this.joined = true;
				callOthers();
			}
			else {
				watch(LOOK_NANOS, this.since);
			}
		}

		/** At this moment, or too slow for a while. */
		private boolean isBlocked() {
			Thread runner = Delivery.this.runner;
			return !Delivery.this.begun || runner == null || runner.getState() != Thread.State.RUNNABLE
					|| System.nanoTime() - this.since >= PATIENCE_NANOS;
		}

	}

}
