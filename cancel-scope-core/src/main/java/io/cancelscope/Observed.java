package io.cancelscope;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What a scope that is only observed would have been cancelled by: its deadline, kept
 * where nothing acts on it, and whether somebody was told already.
 */
final class Observed {

	private final AtomicBoolean told = new AtomicBoolean();

	private final long openedAt;

	private volatile long deadline;

	Observed(long openedAt, long deadline) {
		this.openedAt = openedAt;
		this.deadline = deadline;
	}

	/** Whether a scope opened now would only be observed. */
	static boolean isMeant(Setup setup, ScopeOptions options) {
		return setup.observe != null && Foreign.<String, Boolean>ask(setup.observe::test, options.name, (ex) -> {
			Foreign.log(System.Logger.Level.WARNING,
					() -> "Could not determine whether scope '" + options.name + "' is observed, so it is enforced",
					ex);
			return false;
		});
	}

	static @Nullable Observed of(ScopeNode scope) {
		Rarities rarities = scope.hasFlag(ScopeNode.OBSERVED) ? scope.raritiesIfAny() : null;
		return (rarities != null) ? rarities.observed : null;
	}

	/** What would have cancelled the scope, if it weren't only observed: news. */
	static void tell(ScopeNode scope, Cancellation cancellation, Delivery delivery) {
		News news = scope.setup.news;
		if (news != null && isFirst(scope)) {
			delivery.addNews(() -> news.observed(scope, cancellation.reason()));
		}
	}

	static void tell(ScopeNode scope, CancelReason reason, Delivery delivery) {
		News news = scope.setup.news;
		if (news != null && isFirst(scope)) {
			delivery.addNews(() -> news.observed(scope, reason));
		}
	}

	/** At the end is early enough, and spares a scope that only observes the timer. */
	static void tellExpiry(ScopeNode scope) {
		Observed observed = of(scope);
		if (observed == null || !observed.hasDeadline() || scope.cancellation() != null) {
			return;
		}
		long now = scope.now();
		if (now - observed.deadline >= 0) {
			Delivery delivery = new Delivery();
			tell(scope,
					new CancelReason(CancelReason.Kind.DEADLINE,
							Messages.observedExpiry(scope.options, now - observed.openedAt), null, scope.name()),
					delivery);
			delivery.runHere();
		}
	}

	/** Whether nobody was told before: the first cause wins here, too. */
	private static boolean isFirst(ScopeNode scope) {
		Observed observed = of(scope);
		return observed != null && observed.told.compareAndSet(false, true);
	}

	void reschedule(long deadline) {
		this.deadline = deadline;
	}

	long deadline() {
		return this.deadline;
	}

	private boolean hasDeadline() {
		return this.deadline != Deadline.NONE;
	}

}
