package io.cancelscope.spring.budget;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of the budget of one scope name, and of the calls within the window, in a
 * response of the endpoint. Durations are in milliseconds.
 *
 * @param name the name of the scope
 * @param budget the budget in force, or {@code null} for none
 * @param mode {@code enforce} or {@code observe}
 * @param calls the number of calls that ended
 * @param completed the number of calls that ran to their end, in time or not
 * @param stopped the number of calls that their deadline ended
 * @param refused the number of calls that were not begun because too little of their
 * budget was left; if the scope is only observed, that would not have been begun
 * @param duration how long the completed calls took, or {@code null} if there are none
 * @param budgetUsed which part of its budget a completed call used, or {@code null} if no
 * call had a budget; more than 1 is too late
 * @param wouldStop the number of calls that another budget would have stopped, or
 * {@code null} if there is no budget in force
 * @param suggestion the budget that fits
 * @param hints what is odd about the budget, one sentence each
 * @param change what is changed for this name at run time, or {@code null} if nothing is
 */
public record BudgetDescriptor(String name, @Nullable InForce budget, String mode, long calls, long completed,
		long stopped, long refused, @Nullable Percentiles duration, @Nullable Percentiles budgetUsed,
		@Nullable WouldStop wouldStop, Suggested suggestion, List<String> hints,
		@Nullable Change change) implements OperationResponseBody {

	/**
	 * Description of a budget in force.
	 *
	 * @param timeout the budget in milliseconds
	 * @param source where it is set
	 */
	public record InForce(double timeout, String source) {

	}

	/**
	 * Percentiles of the completed calls, each within one percent.
	 *
	 * @param p50 the median
	 * @param p95 95 percent are not above it
	 * @param p99 99 percent are not above it
	 * @param max the largest
	 */
	public record Percentiles(double p50, double p95, double p99, double max) {

	}

	/**
	 * Numbers of calls that would have been stopped. Calls that were stopped are counted
	 * in each of them, since nobody knows how long they would have taken.
	 *
	 * @param half at half the budget
	 * @param same at the budget
	 * @param twice at twice the budget
	 */
	public record WouldStop(long half, long same, long twice) {

	}

	/**
	 * Description of a suggestion.
	 *
	 * @param timeout the budget in milliseconds, or {@code null} for none
	 * @param reason why it fits, or why there is none
	 */
	public record Suggested(@Nullable Double timeout, String reason) {

	}

	/**
	 * Description of a change at run time.
	 *
	 * @param timeout the budget in milliseconds, or {@code null} if it is not changed
	 * @param mode {@code enforce} or {@code observe}, or {@code null} if it is not
	 * changed
	 * @param by who made the change, or {@code null} if it is not known
	 * @param since when it was made
	 * @param until when it ends, or {@code null} for the next start
	 * @param nodes {@code all} if it was sent to all nodes, otherwise {@code this}
	 */
	public record Change(@Nullable Double timeout, @Nullable String mode, @Nullable String by, Instant since,
			@Nullable Instant until, String nodes) {

	}

}
