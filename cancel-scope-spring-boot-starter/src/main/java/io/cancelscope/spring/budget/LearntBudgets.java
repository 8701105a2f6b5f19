package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.ScopeDetails;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.ScopeOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Learns from each scope that closes how long the calls of its name take.
 */
final class LearntBudgets implements CancelScopeListener {

	private final TimeSource time;

	private final BoundedNames<CallWindow> names;

	/** Called with a name when a part of its window begins; null for nobody. */
	private volatile @Nullable PartListener turned;

	LearntBudgets(TimeSource time, CancelScopeBudgetProperties properties) {
		this.time = time;
		this.names = new BoundedNames<>(properties.maxNames(),
				(name) -> new CallWindow(properties.window(), () -> turned(name)));
	}

	/**
	 * Calls this with a name when a part of its window begins, on the thread of a call.
	 */
	void onTurn(PartListener turned) {
		this.turned = turned;
	}

	private void turned(String name) {
		PartListener turned = this.turned;
		if (turned != null) {
			turned.partBegins(name);
		}
	}

	@Override
	public void closed(CancelScope scope) {
		ScopeDetails details = scope.details();
		Duration elapsed = details.elapsed();
		if (elapsed == null) {
			return;
		}
		CallWindow window = this.names.get(scope.name());
		Calls calls = window.at((details.timeSource() == this.time) ? details.until() : this.time.nanoTime());
		Duration budget = details.budget();
		long budgetNanos = (budget != null) ? budget.toNanos() : 0;
		window.note(budgetNanos, details.budgetSource());
		calls.budget(budgetNanos);
		switch (ScopeOutcome.of(scope, details)) {
			case COMPLETED -> calls.completed(elapsed.toNanos(), budgetNanos);
			case DEADLINE -> ended(calls, details, elapsed.toNanos(), budgetNanos);
			case CANCELLED, FAILED, DISCONNECTED, SHED, SHUTDOWN -> calls.other();
		}
	}

	/** What ran to its end although its time was up tells how long it takes. */
	private static void ended(Calls calls, ScopeDetails details, long nanos, long budgetNanos) {
		if (details.failed()) {
			calls.stopped();
		}
		else {
			calls.completed(nanos, budgetNanos);
		}
	}

	/** Returns the names of all calls so far, with their windows. */
	Map<String, CallWindow> all() {
		return this.names.all();
	}

	long now() {
		return this.time.nanoTime();
	}

	/** Is told that a part of the window of a name begins. */
	@FunctionalInterface
	interface PartListener {

		void partBegins(String name);

	}

}
