package io.cancelscope.spring;

import java.time.Duration;

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
 */
record RequestLimit(@Nullable Duration budget, @Nullable String header, @Nullable String change,
		@Nullable Duration asked) {

	/** Returns the limit that the server sets. */
	static RequestLimit own(@Nullable Duration budget) {
		return new RequestLimit(budget, null, null, null);
	}

	/** Returns this one for a caller who waits that long. */
	RequestLimit asked(Duration time) {
		return (this.asked != null && this.asked.compareTo(time) <= 0) ? this
				: new RequestLimit(this.budget, this.header, this.change, time);
	}

	/** Returns this one, or one that a header gives if that is shorter. */
	RequestLimit orShorter(Duration other, DeadlineHeader header, @Nullable String change) {
		return (this.budget != null && this.budget.compareTo(other) <= 0) ? this
				: new RequestLimit(other, header.name(), change, this.asked);
	}

	/** Whether the caller has no time left when the budget is used up. */
	boolean coversAllThatTheCallerHas() {
		return this.asked != null && this.budget != null && this.budget.compareTo(this.asked) >= 0;
	}

	/** Where it comes from, for the log and the endpoint: it names properties. */
	@Nullable String source() {
		if (this.header == null) {
			return null;
		}
		return "header " + this.header + " of the caller" + ((this.change != null) ? ", " + this.change : "");
	}

}
