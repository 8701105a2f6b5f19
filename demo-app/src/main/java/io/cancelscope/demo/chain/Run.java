package io.cancelscope.demo.chain;

import java.util.Map;

import io.cancelscope.demo.chain.Ledger.Stay;
import org.jspecify.annotations.Nullable;

/**
 * One request, from the moment it was sent until nothing of it is at work any more.
 *
 * @param sent when the client sent it
 * @param over when nobody waited any more
 * @param stays how long each place was at work for it
 */
record Run(long sent, long over, Map<Place, Stay> stays) {

	/** Returns how long a place went on for nobody, in milliseconds. */
	double wasted(Place place) {
		Stay stay = this.stays.get(place);
		return (stay != null) ? Math.max(0, millis(stay.ended() - this.over)) : 0;
	}

	/** Returns how long any place went on for nobody, in milliseconds. */
	double wasted() {
		return this.stays.keySet().stream().mapToDouble(this::wasted).max().orElse(0);
	}

	/** Returns why the scope of a place was cancelled. */
	@Nullable String kind(Place place) {
		Stay stay = this.stays.get(place);
		return (stay != null) ? stay.kind() : null;
	}

	/** Returns how many milliseconds after the request was sent something was. */
	double at(long nanos) {
		return millis(nanos - this.sent);
	}

	private static double millis(long nanos) {
		return nanos / 1e6;
	}

}
