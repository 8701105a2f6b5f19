package io.cancelscope.demo.quote;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.cancelscope.demo.supplier.Fare;
import org.jspecify.annotations.Nullable;

/**
 * What became of asking one supplier.
 *
 * @param name the supplier
 * @param status answered, stopped after so many milliseconds, or failed
 * @param after how long that took
 * @param why why it failed, if it did
 * @param stopped how long after the deadline, or the cancel, its work had stopped, if it
 * was stopped
 * @param fares what it answered, if it did
 */
record SupplierReport(String name, String status, String after, @Nullable String why, @Nullable String stopped,
		@JsonIgnore List<Fare> fares) {

	private static final String ANSWERED = "answered";

	static SupplierReport answered(String name, long millis, List<Fare> fares) {
		return new SupplierReport(name, ANSWERED, millis + "ms", null, null, fares);
	}

	static SupplierReport stopped(String name, long millis, String stopped) {
		return new SupplierReport(name, "stopped after " + millis + " ms", millis + "ms", null, stopped, List.of());
	}

	static SupplierReport failed(String name, long millis, String why) {
		return new SupplierReport(name, "failed", millis + "ms", why, null, List.of());
	}

	@JsonIgnore
	boolean isAnswered() {
		return this.status.equals(ANSWERED);
	}

}
