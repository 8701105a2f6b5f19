package io.cancelscope;

import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Finds scopes that were never closed: for a sample of them, the place where they were
 * opened is kept, and logged if the garbage collector meets the scope still open. A scope
 * that a thread's stack holds it never meets; that one is noticed when another scope is
 * opened inside it long after its deadline.
 */
final class ForgottenScopes {

	private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** Nothing that is still at work is so late. */
	private static final long OVERDUE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final ReferenceQueue<ScopeNode> GONE = new ReferenceQueue<>();

	private static final Set<Trace> OPEN = ConcurrentHashMap.newKeySet();

	private static final AtomicBoolean looking = new AtomicBoolean();

	private final int oneIn;

	private final AtomicLong opened = new AtomicLong();

	ForgottenScopes(int oneIn) {
		this.oneIn = oneIn;
	}

	void opened(ScopeNode scope) {
		if (scope.previous instanceof ScopeNode around) {
			noticeIfOverdue(around, scope);
		}
		if (this.opened.getAndIncrement() % this.oneIn == 0) {
			Trace trace = new Trace(scope);
			scope.links().rarities().trace = trace;
			OPEN.add(trace);
			lookLater();
		}
	}

	private static void noticeIfOverdue(ScopeNode around, ScopeNode inner) {
		long due = around.own();
		if (due == Deadline.NONE || around.now() - due < OVERDUE_NANOS || !around.links().rarities().noticeOverdue()) {
			return;
		}
		String late = Durations.format(Duration.ofSeconds((around.now() - due) / 1_000_000_000L));
		Trace trace = around.links().rarities().trace;
		Foreign.log(Level.WARNING, () -> Messages.overdue(around.name(), late, inner.name()),
				(trace != null) ? trace.place : null);
	}

	/** As long as any is open; on the timer, so that no thread is kept for it. */
	private static void lookLater() {
		if (looking.compareAndSet(false, true)) {
			try {
				SystemTime.INSTANCE.schedule(() -> CallbackThreads.SHARED.execute(ForgottenScopes::look),
						LOOK_EVERY_NANOS);
			}
			catch (Throwable ex) {
				looking.set(false); // the next one tries again
			}
		}
	}

	private static void look() {
		looking.set(false);
		for (Reference<?> gone = GONE.poll(); gone != null; gone = GONE.poll()) {
			if (gone instanceof Trace trace && OPEN.remove(trace)) {
				Foreign.log(Level.WARNING, () -> Messages.forgotten(trace.name), trace.place);
			}
		}
		if (!OPEN.isEmpty()) {
			lookLater();
		}
	}

	/** Knows the scope's name and place, and must not know the scope. */
	static final class Trace extends WeakReference<ScopeNode> {

		private final String name;

		private final Throwable place;

		private Trace(@Nullable ScopeNode scope) {
			super(scope, GONE);
			this.name = (scope != null) ? scope.name() : "";
			this.place = new Throwable("scope '" + this.name + "' was opened here");
		}

		void closed() {
			OPEN.remove(this);
			clear();
		}

	}

}
