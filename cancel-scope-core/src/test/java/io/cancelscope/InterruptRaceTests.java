package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.testing.VirtualThreads;
import io.cancelscope.thread.ScopeThreads;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The races around an interrupt, on each kind of thread. Plain
 * compare-and-set-then-interrupt leaks some of these into the next task.
 */
@Timeout(120)
class InterruptRaceTests {

	private static final int RUNS = 20_000;

	private final CancelScopes scopes = CancelScopes.create();

	/** A kind of thread to run on. */
	enum Kind {

		PLATFORM, COUNTING, VIRTUAL;

		ThreadFactory factory() {
			if (this == VIRTUAL) {
				Assumptions.assumeTrue(VirtualThreads.areThere(), "this JDK has no virtual threads; they came with 21");
				return VirtualThreads.factory();
			}
			return (this == COUNTING) ? ScopeThreads.factory("race-") : Executors.defaultThreadFactory();
		}

	}

	static Stream<Kind> kinds() {
		return Stream.of(Kind.values());
	}

	private static void meet(CyclicBarrier barrier) throws Exception {
		barrier.await(20, TimeUnit.SECONDS);
		for (int i = ThreadLocalRandom.current().nextInt(300); i > 0; i--) {
			Thread.onSpinWait();
		}
	}

	/**
	 * RA-02, the interrupt that comes after the region. <pre>
	 * region begins ── body ends ── region ends ── next task on this thread
	 *                      └ cancel: state, interrupt ┘
	 * </pre>
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void noInterruptReachesTheNextTask(Kind kind) throws Exception {
		ExecutorService worker = Executors.newSingleThreadExecutor(kind.factory());
		CyclicBarrier barrier = new CyclicBarrier(2);
		AtomicInteger leaked = new AtomicInteger();
		AtomicInteger hit = new AtomicInteger();
		try {
			for (int run = 0; run < RUNS; run++) {
				OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
				Future<?> first = worker.submit(() -> {
					scope.interruptibly((s) -> {
						meet(barrier);
						if (Thread.currentThread().isInterrupted()) {
							hit.incrementAndGet();
						}
						return null;
					});
					if (Thread.currentThread().isInterrupted()) {
						leaked.incrementAndGet();
					}
					return null;
				});
				meet(barrier);
				scope.cancel("race");
				first.get(20, TimeUnit.SECONDS);
				// Looks once more, now that the canceller has returned for sure.
				if (worker.submit(() -> Thread.currentThread().isInterrupted()).get(20, TimeUnit.SECONDS)) {
					leaked.incrementAndGet();
				}
				scope.close();
			}
		}
		finally {
			worker.shutdownNow();
		}
		assertThat(hit).as("interrupts that landed inside, of %s", RUNS).hasPositiveValue();
		assertThat(leaked).hasValue(0);
	}

	/**
	 * IN-10, two regions and one cancellation that is for the outer one. <pre>
	 * outer region ─ inner region ─ inner ends ─ outer blocks
	 *                        └ cancel of the outer ┘
	 * </pre>
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void outerCancellationIsNeverLostToTheInnerRegion(Kind kind) throws Exception {
		ExecutorService worker = Executors.newSingleThreadExecutor(kind.factory());
		CyclicBarrier barrier = new CyclicBarrier(2);
		try {
			for (int run = 0; run < RUNS; run++) {
				OpenScope outer = this.scopes.openUnbound(ScopeOptions.named("outer").interrupt());
				Future<String> work = worker.submit(outer.wrap(() -> {
					try {
						this.scopes.run(ScopeOptions.named("inner").interrupt(), (inner) -> meet(barrier));
						// If it was lost, this blocks until the test gives up.
						new CountDownLatch(1).await();
					}
					catch (InterruptedException ex) {
						return "interrupted";
					}
					return "went on";
				}));
				meet(barrier);
				outer.cancel("race");
				assertThat(work.get(20, TimeUnit.SECONDS)).isEqualTo("interrupted");
				outer.close();
			}
			assertThat(worker.submit(() -> Thread.currentThread().isInterrupted()).get()).isFalse();
		}
		finally {
			worker.shutdownNow();
		}
	}

	/**
	 * IN-16, a shield that opens while the interrupt is on its way. <pre>
	 * region ─ shield opens ─ clean-up ─ shield closes ─ blocks
	 *              └ cancel ┘
	 * </pre>
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void cleanUpInAShieldIsNeverHit(Kind kind) throws Exception {
		ExecutorService worker = Executors.newSingleThreadExecutor(kind.factory());
		CyclicBarrier barrier = new CyclicBarrier(2);
		AtomicInteger hit = new AtomicInteger();
		try {
			for (int run = 0; run < RUNS; run++) {
				OpenScope outer = this.scopes.openUnbound(ScopeOptions.none());
				Future<?> work = worker.submit(() -> outer.interruptibly((scope) -> {
					try {
						meet(barrier);
					}
					catch (InterruptedException ex) {
						// it came early, which is fine
					}
					this.scopes.run(ScopeOptions.none().shield(), (shield) -> {
						for (int i = 0; i < 50; i++) {
							if (Thread.currentThread().isInterrupted()) {
								hit.incrementAndGet();
							}
						}
					});
					return null;
				}));
				meet(barrier);
				outer.cancel("race");
				work.get(20, TimeUnit.SECONDS);
				outer.close();
			}
		}
		finally {
			worker.shutdownNow();
		}
		assertThat(hit).hasValue(0);
	}

	/**
	 * RA-14 and IN-12, a foreign interrupt beside ours on a thread that counts. <pre>
	 * region ─ blocks ─ region ends
	 *   └ cancel ┘ └ interrupt() by somebody else ┘
	 * </pre>
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void foreignInterruptIsNeverLostOnAThreadThatCounts(Kind kind) throws Exception {
		Assumptions.assumeTrue(kind == Kind.COUNTING, "only threads of ScopeThreads can tell in every case");
		CyclicBarrier barrier = new CyclicBarrier(3);
		AtomicInteger lost = new AtomicInteger();
		ExecutorService cancellers = Executors.newFixedThreadPool(2);
		try {
			for (int run = 0; run < 2_000; run++) {
				OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
				Thread thread = kind.factory().newThread(() -> {
					boolean thrown = false;
					try {
						scope.interruptibly((s) -> {
							meet(barrier);
							TimeUnit.MICROSECONDS.sleep(50);
							return null;
						});
					}
					catch (InterruptedException ex) {
						thrown = true;
					}
					catch (Exception ex) {
						// the scope's own, which must not hide the other
					}
					// It may also arrive now, after the region; wait for it, exception or
					// flag.
					long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
					while (!thrown && !Thread.currentThread().isInterrupted() && System.nanoTime() - giveUp < 0) {
						Thread.onSpinWait();
					}
					if (!thrown && !Thread.currentThread().isInterrupted()) {
						lost.incrementAndGet();
					}
				});
				thread.start();
				Future<?> ours = cancellers.submit(() -> {
					meet(barrier);
					return scope.cancel("race");
				});
				Future<?> theirs = cancellers.submit(() -> {
					meet(barrier);
					thread.interrupt();
					return null;
				});
				ours.get(20, TimeUnit.SECONDS);
				theirs.get(20, TimeUnit.SECONDS);
				thread.join(TimeUnit.SECONDS.toMillis(20));
				scope.close();
			}
		}
		finally {
			cancellers.shutdownNow();
		}
		assertThat(lost).hasValue(0);
	}

}
