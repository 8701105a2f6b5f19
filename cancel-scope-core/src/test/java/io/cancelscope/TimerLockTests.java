package io.cancelscope;

import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is scheduled under a monitor or a lock: a thread that waits in the time source
 * holds up nobody, and a virtual one is pinned to no carrier.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TimerLockTests {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final String LIBRARY = "io.cancelscope.";

	private static final String CLIENT = "timer-lock-test";

	/** They may be called under a monitor: they wait for nobody. */
	private static final Set<String> WITHOUT_A_LOCK = Set.of("nanoTime", "lane", "<init>");

	private final ExecutorService pool = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, CLIENT);
		thread.setDaemon(true);
		return thread;
	});

	@AfterEach
	void endThreads() {
		this.pool.shutdownNow();
	}

	@Test
	void scopeAnswersOthersWhileItSetsItsAlarm() {
		Meddling time = new Meddling();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
		OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(seconds(9)));
		OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(seconds(5)));
		time.meddle = () -> {
			scope.isCancelled();
			scope.onCancel((reason) -> {
			}).unregister();
			parent.onCancel((reason) -> {
			}).unregister();
			return scope.interruptibly((inside) -> null);
		};

		Registration registration = scope.onCancel((reason) -> {
		});
		scope.reschedule(Deadline.after(seconds(3), time));
		parent.reschedule(Deadline.after(seconds(2), time));
		registration.unregister();
		scope.close();
		parent.close();

		assertThat(time.calls).isPositive();
		assertThat(time.troubles).isEmpty();
	}

	@Test
	void scopeIsCancelledByAnotherWhileItSetsItsAlarm() {
		Meddling time = new Meddling();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
		OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(seconds(9)));
		OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(seconds(5)));
		List<String> stops = new ArrayList<>();
		time.meddle = () -> {
			parent.cancel("by another");
			return null;
		};

		scope.onCancel((reason) -> stops.add(reason.message()));
		scope.close();
		parent.close();

		assertThat(stops).containsExactly("by another");
		assertThat(time.calls).isPositive();
		assertThat(time.troubles).isEmpty();
		assertThat(time.pending()).isZero();
	}

	@Test
	void systemsTimerIsEnteredWithoutAMonitor() throws Exception {
		CancelScopes scopes = CancelScopes.create();
		OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(Duration.ofHours(2)));
		List<Future<Long>> clients = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			clients.add(this.pool.submit(() -> comeAndGo(scopes, parent)));
		}

		Set<String> held = ConcurrentHashMap.newKeySet();
		int seen = 0;
		while (!clients.stream().allMatch(Future::isDone)) {
			for (ThreadInfo thread : THREADS.dumpAllThreads(true, false)) {
				int entered = whereItEntersTheTimer(thread);
				if (entered >= 0) {
					seen++;
					monitorsBelow(thread, entered).forEach(held::add);
				}
			}
		}
		for (Future<Long> client : clients) {
			assertThat(client.get()).isPositive();
		}
		parent.close();

		assertThat(seen).as("threads seen inside the timer").isPositive();
		assertThat(held).as("monitors held there").isEmpty();
	}

	private static long comeAndGo(CancelScopes scopes, OpenScope parent) {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
		long runs = 0;
		while (System.nanoTime() - until < 0) {
			OpenScope scope = Scopes.openIn(parent, scopes, ScopeOptions.timeout(Duration.ofHours(1)));
			scope.onCancel((reason) -> {
			});
			scope.reschedule(Deadline.after(Duration.ofMinutes(30)));
			scope.close();
			runs++;
		}
		return runs;
	}

	/** The outermost frame of the timer's own code on a client's stack, or -1. */
	private static int whereItEntersTheTimer(ThreadInfo thread) {
		StackTraceElement[] frames = thread.getStackTrace();
		if (!thread.getThreadName().equals(CLIENT)) {
			return -1;
		}
		for (int i = frames.length - 1; i >= 0; i--) {
			if (isOfTheTimer(frames[i])) {
				return i;
			}
		}
		return -1;
	}

	private static boolean isOfTheTimer(StackTraceElement frame) {
		return frame.getClassName().startsWith(SystemTime.class.getName())
				&& !WITHOUT_A_LOCK.contains(frame.getMethodName());
	}

	private static Stream<String> monitorsBelow(ThreadInfo thread, int entered) {
		return Stream.of(thread.getLockedMonitors())
			.filter((monitor) -> monitor.getLockedStackDepth() > entered)
			.map((monitor) -> monitor.getClassName() + " at " + monitor.getLockedStackFrame());
	}

	/** Lets another thread use the scopes whenever it is called, and waits for it. */
	private final class Meddling implements TimeSource {

		private final ManualTime time = new ManualTime();

		private final ThreadLocal<Boolean> meddling = ThreadLocal.withInitial(() -> false);

		private final Set<String> troubles = ConcurrentHashMap.newKeySet();

		private Callable<?> meddle = () -> null;

		private int calls;

		@Override
		public long nanoTime() {
			noteMonitors("nanoTime");
			return this.time.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			noteMonitors("schedule");
			meddle("schedule");
			Runnable cancel = this.time.schedule(task, delayNanos);
			return () -> {
				noteMonitors("cancelling what was scheduled");
				meddle("cancelling what was scheduled");
				cancel.run();
			};
		}

		private void noteMonitors(String where) {
			ThreadInfo here = THREADS.getThreadInfo(new long[] { Thread.currentThread().getId() }, true, false)[0];
			for (MonitorInfo monitor : here.getLockedMonitors()) {
				if (monitor.getClassName().startsWith(LIBRARY)) {
					this.troubles.add("in " + where + ": the monitor of " + monitor);
				}
			}
		}

		private void meddle(String where) {
			if (this.meddling.get()) {
				return;
			}
			this.calls++;
			Future<?> other = TimerLockTests.this.pool.submit(() -> {
				this.meddling.set(true);
				return this.meddle.call();
			});
			try {
				other.get(2, TimeUnit.SECONDS);
			}
			catch (TimeoutException ex) {
				this.troubles.add("in " + where + ": held up another thread");
			}
			catch (ExecutionException | InterruptedException ex) {
				this.troubles.add("in " + where + ": " + ex);
			}
		}

		int pending() {
			return this.time.pending();
		}

	}

}
