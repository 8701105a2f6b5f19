package io.cancelscope.spring.observation;

import java.time.Duration;

import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an observed scope. It holds no scope, so that keeping it keeps none.
 */
public final class CancelScopeObservationContext extends Observation.Context {

	private final String scopeName;

	private final String boundedName;

	private final @Nullable Duration budget;

	private @Nullable ScopeOutcome outcome;

	CancelScopeObservationContext(String scopeName, String boundedName, @Nullable Duration budget) {
		this.scopeName = scopeName;
		this.boundedName = boundedName;
		this.budget = budget;
	}

	/**
	 * Returns the name of the scope.
	 * @return the name, one of any number
	 */
	public String getScopeName() {
		return this.scopeName;
	}

	/**
	 * Returns the name of the scope, or {@code others} where too many different ones have
	 * been seen.
	 * @return the name, one of a limited number
	 */
	public String getBoundedName() {
		return this.boundedName;
	}

	/**
	 * Returns how much time the scope had when it was opened.
	 * @return the budget, or {@code null} without a deadline
	 */
	public @Nullable Duration getBudget() {
		return this.budget;
	}

	/**
	 * Returns how the scope ended.
	 * @return the outcome, or {@code null} while it is open
	 */
	public @Nullable ScopeOutcome getOutcome() {
		return this.outcome;
	}

	void setOutcome(ScopeOutcome outcome) {
		this.outcome = outcome;
	}

}
