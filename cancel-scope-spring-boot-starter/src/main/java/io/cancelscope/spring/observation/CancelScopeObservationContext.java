package io.cancelscope.spring.observation;

import java.time.Duration;

import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * Context of the observation of a scope. It does not refer to the scope, so storing it
 * does not keep the scope in memory.
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
	 * @return the name, from an unlimited set
	 */
	public String getScopeName() {
		return this.scopeName;
	}

	/**
	 * Returns the name of the scope, or {@code others} if the limit of different names
	 * has been reached.
	 * @return the name, from a limited set
	 */
	public String getBoundedName() {
		return this.boundedName;
	}

	/**
	 * Returns the time that the scope had when it was opened.
	 * @return the budget, or {@code null} without a deadline
	 */
	public @Nullable Duration getBudget() {
		return this.budget;
	}

	/**
	 * Returns the outcome of the scope.
	 * @return the outcome, or {@code null} while the scope is open
	 */
	public @Nullable ScopeOutcome getOutcome() {
		return this.outcome;
	}

	void setOutcome(ScopeOutcome outcome) {
		this.outcome = outcome;
	}

}
