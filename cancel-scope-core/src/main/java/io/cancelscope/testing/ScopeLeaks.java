package io.cancelscope.testing;

import java.lang.StackWalker.StackFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.OpenScope;

/**
 * Finds what a test leaves behind: a scope that is still current on its thread, an
 * interrupt flag, and scopes that are open anywhere else. The last are known of those
 * {@link io.cancelscope.CancelScopes} that have this as a listener. What is found is
 * taken away, so that it fails no other test.
 *
 * <pre>{@code
 * ScopeLeaks leaks = new ScopeLeaks();
 * CancelScopes scopes = CancelScopes.builder().listener(leaks).build();
 *
 * ScopeLeaks.Watch watch = leaks.watch(); // before each test
 * watch.check(); // after it, on the same thread
 * }</pre>
 * <p>
 * Where tests run at the same time, give each a {@code ScopeLeaks} of its own: one that
 * they share takes the scopes of one test for those of another.
 */
public final class ScopeLeaks implements CancelScopeListener {

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private static final int DEEPEST = 1000;

	private final Duration patience;

	/** In the order of opening; guarded by itself. */
	private final Map<CancelScope, Opened> open = new LinkedHashMap<>();

	private long opened;

	/**
	 * Creates one that lets other threads have a second to close their scopes.
	 */
	public ScopeLeaks() {
		this(PATIENCE);
	}

	/**
	 * Creates one with a patience of your own.
	 * @param patience how long other threads may take to close their scopes after the
	 * test; it is real time, and waited for only while there is such a scope
	 */
	public ScopeLeaks(Duration patience) {
		Objects.requireNonNull(patience, "patience");
		if (patience.isNegative()) {
			throw new IllegalArgumentException(
					"The patience must not be negative, and was " + patience + ": give zero for none.");
		}
		this.patience = patience;
	}

	@Override
	public void opened(CancelScope scope) {
		String place = place();
		synchronized (this.open) {
			this.open.put(scope, new Opened(this.opened++, scope.name(), Thread.currentThread().getName(), place));
		}
	}

	/** The line of user code that opens a scope at this moment. */
	private static String place() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.filter((frame) -> !isOurs(frame))
				.findFirst()
				.map((frame) -> " at " + frame.toStackTraceElement())
				.orElse(""));
	}

	private static boolean isOurs(StackFrame frame) {
		String name = frame.getClassName();
		return name.startsWith("io.cancelscope.CancelScope") || name.startsWith("io.cancelscope.ScopeNode")
				|| name.startsWith("io.cancelscope.group.TaskGroup") || name.equals(ScopeLeaks.class.getName());
	}

	@Override
	public void closed(CancelScope scope) {
		synchronized (this.open) {
			this.open.remove(scope);
			this.open.notifyAll();
		}
	}

	/**
	 * Starts to watch. What the calling thread has open or finds open by now is not what
	 * {@link Watch#check()} complains about.
	 * @return what to ask after the test, on the same thread
	 */
	public Watch watch() {
		synchronized (this.open) {
			return new Watch(CancelScope.current(), this.opened);
		}
	}

	private record Opened(long number, String name, String thread, String place) {
	}

	/**
	 * What is left from one moment to another.
	 */
	public final class Watch {

		private final CancelScope outer;

		private final long first;

		private Watch(CancelScope outer, long first) {
			this.outer = outer;
			this.first = first;
		}

		/**
		 * Checks that nothing was left behind. What was is taken away: scopes of this
		 * thread are closed, the flag is cleared, other scopes are cancelled, and
		 * forgotten here.
		 * @throws AssertionError if there was something; its message names the scopes,
		 * their threads, and what to do
		 */
		public void check() {
			List<String> left = new ArrayList<>();
			String thread = Thread.currentThread().getName();
			if (Thread.interrupted()) {
				left.add("the interrupt flag of thread '" + thread + "' is set: whoever catches an interruption"
						+ " for good must clear it with Thread.interrupted(), and whoever interrupts must know"
						+ " that the work is still there");
			}
			closeOnThisThread().forEach((name) -> left.add("scope '" + name + "' is still current on thread '" + thread
					+ "': open it in a try-with-resources statement, or use CancelScopes.run(…) and"
					+ " call(…); close what attach() returns"));
			takeOpenElsewhere().forEach((scope) -> left
				.add("scope '" + scope.name + "', opened on thread '" + scope.thread + "'" + scope.place
						+ ", is still open: close it where its work ends, and let the test wait for" + " that work"));
			if (!left.isEmpty()) {
				throw new AssertionError("The test left behind:\n- " + String.join("\n- ", left));
			}
		}

		private List<String> closeOnThisThread() {
			List<String> names = new ArrayList<>();
			while (names.size() < DEEPEST && CancelScope.current() != this.outer
					&& CancelScope.current() instanceof OpenScope scope) {
				names.add(scope.name());
				scope.close();
			}
			return names;
		}

		/** Those opened since, if they stay open. */
		private Collection<Opened> takeOpenElsewhere() {
			Map<CancelScope, Opened> left = new LinkedHashMap<>();
			synchronized (ScopeLeaks.this.open) {
				left.putAll(ScopeLeaks.this.open);
				left.values().removeIf((scope) -> scope.number < this.first);
				awaitNoneOf(left);
				ScopeLeaks.this.open.keySet().removeAll(left.keySet());
			}
			left.keySet().forEach((scope) -> scope.cancel("a test left it open"));
			return left.values();
		}

		/** Waits, with the lock, until these are closed or patience is at its end. */
		private void awaitNoneOf(Map<CancelScope, Opened> left) {
			long started = System.nanoTime();
			long patience = ScopeLeaks.this.patience.toMillis();
			left.keySet().retainAll(ScopeLeaks.this.open.keySet());
			long waited = 0;
			while (!left.isEmpty() && waited < patience) {
				try {
					ScopeLeaks.this.open.wait(patience - waited);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					return;
				}
				left.keySet().retainAll(ScopeLeaks.this.open.keySet());
				waited = Duration.ofNanos(System.nanoTime() - started).toMillis();
			}
		}

	}

}
