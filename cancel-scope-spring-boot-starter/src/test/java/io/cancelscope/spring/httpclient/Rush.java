package io.cancelscope.spring.httpclient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;

/**
 * Calls that are stopped at random instants, and as many calls without a scope, all of
 * them on one pool of connections.
 */
final class Rush {

	/** Of each kind. */
	static final int THREADS = 6;

	private static final int WARM_UP = 20;

	private static final int WORK_MICROS = 1500;

	/** How long calls took lately: stops come at any instant of twice that. */
	private volatile long usualMicros = 2 * WORK_MICROS;

	private final CancelScopes scopes = CancelScopes.create();

	private final ScheduledExecutorService canceller = Executors.newScheduledThreadPool(2);

	private final AtomicInteger stopped = new AtomicInteger();

	private final AtomicInteger answered = new AtomicInteger();

	private final AtomicInteger unharmed = new AtomicInteger();

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private final BusyPeer peer;

	private final Call call;

	Rush(BusyPeer peer, Call call) {
		this.peer = peer;
		this.call = call;
	}

	/** Makes so many calls of each kind, after a few that nobody stops. */
	void run(int count) throws Exception {
		for (int i = 0; i < WARM_UP; i++) {
			check(i);
			this.scopes.run(ScopeOptions.none(), (scope) -> check(0));
		}
		List<FutureTask<?>> threads = new ArrayList<>();
		AtomicInteger stoppedLeft = new AtomicInteger(count);
		AtomicInteger othersLeft = new AtomicInteger(count);
		for (int i = 0; i < THREADS; i++) {
			threads.add(Worker.PLATFORM.call(() -> drain(stoppedLeft, this::stopped)));
			threads.add(Worker.PLATFORM.call(() -> drain(othersLeft, this::bystander)));
		}
		try {
			for (FutureTask<?> thread : threads) {
				thread.get(300, TimeUnit.SECONDS);
			}
		}
		finally {
			this.canceller.shutdownNow();
		}
	}

	private Object drain(AtomicInteger left, Work work) {
		for (int number = left.getAndDecrement(); number > 0; number = left.getAndDecrement()) {
			work.run(number);
		}
		return left;
	}

	private void stopped(int number) {
		long micros = random(2 * this.usualMicros);
		boolean byHand = number % 2 == 0;
		ScopeOptions options = byHand ? ScopeOptions.none() : ScopeOptions.timeout(Duration.ofNanos(micros * 1000));
		try {
			this.scopes.run((number % 4 < 2) ? options : options.interrupt(), (scope) -> {
				if (byHand) {
					this.canceller.schedule(() -> scope.cancel(), micros, TimeUnit.MICROSECONDS);
				}
				check(number);
			});
			this.answered.incrementAndGet();
		}
		catch (Throwable ex) {
			if (ScopeCancelledException.findIn(ex) != null) {
				this.stopped.incrementAndGet();
			}
			else {
				this.failures.add("call in a scope: " + ex);
			}
		}
	}

	private void bystander(int number) {
		long start = System.nanoTime();
		try {
			check(-number);
			this.unharmed.incrementAndGet();
			this.usualMicros = (9 * this.usualMicros + (System.nanoTime() - start) / 1000) / 10;
		}
		catch (Throwable ex) {
			this.failures.add("call without a scope: " + ex);
		}
	}

	private void check(int number) throws Exception {
		int length = (number % 3 == 0) ? 40_000 : 100;
		String answer = this.call.call(this.peer.url(number, random(WORK_MICROS), length));
		if (!answer.equals(BusyPeer.answer(number, length))) {
			throw new IllegalStateException("another one's answer: " + answer);
		}
	}

	private static long random(long bound) {
		return ThreadLocalRandom.current().nextLong(bound) + 1;
	}

	int unharmed() {
		return this.unharmed.get();
	}

	List<String> failures() {
		return List.copyOf(this.failures);
	}

	@Override
	public String toString() {
		return "%8d %9d %11d %7d %12d".formatted(this.stopped.get(), this.answered.get(), this.unharmed.get(),
				this.failures.size(), this.peer.connections());
	}

	@FunctionalInterface
	interface Call {

		String call(String url) throws Exception;

	}

	private interface Work {

		void run(int number);

	}

}
