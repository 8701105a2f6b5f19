package io.cancelscope.testing;

import java.lang.StackWalker.StackFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.Durations;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * Detector of what a test leaves behind: a scope that is still current on its thread, a
 * set interrupt flag, and scopes that are open on other threads or on none. The latter
 * are found if their {@link io.cancelscope.CancelScopes} has this object as a listener.
 * What is found is removed, so that it does not fail another test.
 *
 * <pre>{@code
 * ScopeLeaks leaks = new ScopeLeaks();
 * CancelScopes scopes = CancelScopes.builder().listener(leaks).build();
 *
 * ScopeLeaks.Watch watch = leaks.watch(); // before each test
 * watch.check(); // after it, on the same thread
 * }</pre>
 * <p>
 * Tests that run at the same time need a {@code ScopeLeaks} each. A shared one reports
 * the scopes of one test as those of another.
 */
public final class ScopeLeaks implements CancelScopeListener {

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private static final int DEEPEST = 1000;

	/** What of the library lies between the code that opens a scope and a listener. */
	private static final Set<String> ON_THE_WAY = Set.of("io.cancelscope.AsyncCall", "io.cancelscope.Body",
			"io.cancelscope.Opening", "io.cancelscope.News", "io.cancelscope.Foreign", "io.cancelscope.ListenerPair",
			ScopeLeaks.class.getName());

	private final Duration patience;

	/** In the order of opening. Guarded by itself. */
	private final Map<CancelScope, Opened> open = new LinkedHashMap<>();

	private long opened;

	/**
	 * Creates a detector that waits up to one second for other threads to close their
	 * scopes.
	 */
	public ScopeLeaks() {
		this(PATIENCE);
	}

	/**
	 * Creates a detector with a custom patience.
	 * @param patience how long other threads may take to close their scopes after the
	 * test, in real time; the detector waits only while such a scope exists
	 */
	public ScopeLeaks(Duration patience) {
		Objects.requireNonNull(patience, "patience");
		if (patience.isNegative()) {
			throw new IllegalArgumentException("The patience must not be negative, but was "
					+ Durations.format(patience) + ". Pass zero to wait for no other thread.");
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

	/** Returns the line of user code that opens a scope at this moment. */
	private static String place() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.filter((frame) -> !isOurs(frame))
				.findFirst()
				.map((frame) -> " at " + frame.toStackTraceElement())
				.orElse(""));
	}

	private static boolean isOurs(StackFrame frame) {
		String name = frame.getClassName();
		return name.startsWith("io.cancelscope.CancelScope") || ON_THE_WAY.contains(name)
				|| name.startsWith("io.cancelscope.group.");
	}

	@Override
	public void closed(CancelScope scope) {
		synchronized (this.open) {
			this.open.remove(scope);
			this.open.notifyAll();
		}
	}

	/**
	 * Starts to watch. A scope that is current on the calling thread now, or open
	 * anywhere, is not reported by {@link Watch#check()}.
	 * <p>
	 * If no scope is current, the watch leaves a marker on the thread until its check.
	 * With it, the check can remove attachments that the test forgot.
	 * @return the watch to check after the test, on the same thread
	 */
	public Watch watch() {
		CancelScope current = CancelScope.current();
		synchronized (this.open) {
			return new Watch(current, this.opened);
		}
	}

	private record Opened(long number, String name, String thread, String place) {
	}

	/**
	 * Report of what a test leaves behind between the watch and the check.
	 */
	public final class Watch {

		private final CancelScope outer;

		/**
		 * Lies below everything that the test leaves on the thread: ending it ends that.
		 * Null inside a scope, whose owner can close it before the check.
		 */
		private final CancelScope.@Nullable Registration marker;

		private final long first;

		private Watch(CancelScope outer, long first) {
			this.outer = outer;
			this.marker = (outer instanceof OpenScope) ? null : outer.attach();
			this.first = first;
		}

		/**
		 * Checks that nothing was left behind. What was left is removed: scopes of this
		 * thread are closed, attachments end, the interrupt flag is cleared, and other
		 * open scopes are cancelled and forgotten here.
		 * @throws AssertionError if something was left; the message contains the names of
		 * the scopes, their threads, and what to do
		 */
		public void check() {
			List<String> left = new ArrayList<>();
			String thread = Thread.currentThread().getName();
			if (Thread.interrupted()) {
				left.add("the interrupt flag of thread '" + thread + "' is set. Code that handles an"
						+ " interruption must clear the flag with Thread.interrupted(). Code that interrupts a thread"
						+ " must do so only while its work is running there");
			}
			left.addAll(closeOnThisThread(thread));
			takeOpenElsewhere().forEach((scope) -> left
				.add("scope '" + scope.name + "', opened on thread '" + scope.thread + "'" + scope.place
						+ ", is still open. Close it where its work ends, and let the test wait for that work"));
			if (!left.isEmpty()) {
				throw new AssertionError("The test left behind:\n- " + String.join("\n- ", left));
			}
		}

		/** Closes what is current, scope after scope, and returns a line for each. */
		private List<String> closeOnThisThread(String thread) {
			List<String> lines = new ArrayList<>();
			CancelScope last = null;
			while (lines.size() < DEEPEST && CancelScope.current() instanceof OpenScope scope && scope != this.outer
					&& scope != last) {
				lines.add("scope '" + scope.name() + "' is still current on thread '" + thread
						+ "'. Open it in a try-with-resources statement, or use CancelScopes.run(…) or"
						+ " call(…). Close the result of attach()");
				end(scope);
				last = scope;
			}
			// A cancelled scope stays current through an attachment after it was closed.
			boolean stuck = last != null && CancelScope.current() == last;
			String more = (this.marker != null) ? end(this.marker) : null;
			if (stuck && more != null) {
				lines.add(lines.remove(lines.size() - 1) + ". " + more);
			}
			return lines;
		}

		/** Ends it, and returns what was found open above it, or {@code null}. */
		private static @Nullable String end(AutoCloseable scope) {
			try {
				scope.close();
				return null;
			}
			catch (IllegalStateException ex) {
				return ex.getMessage();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		/** Returns the scopes that were opened since and stay open. */
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

		/** Waits until these are closed or the patience ends. Called with the lock. */
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
