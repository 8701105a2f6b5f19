package io.cancelscope.spring.request;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.cancelscope.Durations;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.NotBegun;
import org.jspecify.annotations.Nullable;

/**
 * How long a request may take, and whose word that is.
 *
 * @param budget the budget, {@code null} for no limit
 * @param header the name of the header that it comes from; {@code null} if it is the
 * server's own
 * @param change what a property has made of the value of the header, for people;
 * {@code null} if nothing
 * @param asked the shortest time that a believed header gives, whatever has become of it;
 * {@code null} if there is none
 * @param queued how long the request had waited before it came here, which the other
 * durations are without
 * @param start the name of the header that says so; {@code null} if none does
 */
record RequestLimit(@Nullable Duration budget, @Nullable String header, @Nullable String change,
		@Nullable Duration asked, Duration queued, @Nullable String start) {

	/** Returns the limit that the server sets. */
	static RequestLimit own(@Nullable Duration budget) {
		return new RequestLimit(budget, null, null, null, Duration.ZERO, null);
	}

	/** Returns the server's own limit for a request that has waited that long. */
	RequestLimit after(Duration queued, String start) {
		if (queued.isZero()) {
			return this;
		}
		Duration left = (this.budget != null) ? this.budget.minus(queued) : null;
		return new RequestLimit((left != null && left.isNegative()) ? Duration.ZERO : left, this.header, this.change,
				this.asked, queued, start);
	}

	/** Returns this one for a caller who waits that long. */
	RequestLimit asked(Duration time) {
		return (this.asked != null && this.asked.compareTo(time) <= 0) ? this
				: new RequestLimit(this.budget, this.header, this.change, time, this.queued, this.start);
	}

	/** Returns this one, or one that a header gives if that is shorter. */
	RequestLimit orShorter(Duration other, DeadlineHeader header, @Nullable String change) {
		return (this.budget != null && this.budget.compareTo(other) <= 0) ? this
				: new RequestLimit(other, header.name(), change, this.asked, this.queued, this.start);
	}

	/** Whether the caller has no time left when the budget is used up. */
	boolean coversAllThatTheCallerHas() {
		return this.asked != null && this.budget != null && this.budget.compareTo(this.asked) >= 0;
	}

	/** Whether all of the budget was used up before the request came here. */
	boolean isUsedUp() {
		return this.budget != null && this.budget.isZero() && !this.queued.isZero();
	}

	/** Where it comes from, for the log and the endpoint: it names properties. */
	@Nullable String source() {
		String source = null;
		if (this.header != null) {
			source = "header " + this.header + " of the caller" + ((this.change != null) ? ", " + this.change : "");
		}
		if (this.start == null || this.budget == null) {
			return source;
		}
		return ((source != null) ? source + ", " : "")
				+ NotBegun.queued(Durations.format(this.queued.truncatedTo(ChronoUnit.MILLIS)), this.start);
	}

}
