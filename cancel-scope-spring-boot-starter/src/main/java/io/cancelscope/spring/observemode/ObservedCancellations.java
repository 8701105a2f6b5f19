package io.cancelscope.spring.observemode;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.LogText;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.OneLineLog;

/**
 * Counts and logs what enforcement would have cancelled while scopes are only observed.
 * Inject this bean to read the counts. Thread-safe.
 */
public final class ObservedCancellations implements CancelScopeListener {

	/** Names from outside the program must not fill the memory. */
	static final int MOST_NAMES = 1_000;

	/** What those share that come after the first {@value #MOST_NAMES}. */
	static final String OTHERS = "others";

	static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

	private static final OneLineLog logger = OneLineLog.of(ObservedCancellations.class);

	private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

	private final TimeSource time;

	ObservedCancellations(TimeSource time) {
		this.time = time;
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		long silent = tally(scope.name()).count(this.time.nanoTime());
		if (silent >= 0) {
			logger.info("Observed: scope '" + scope.name() + "' would have been cancelled (" + reason.kind()
					+ (scope.name().equals(reason.origin()) ? "" : ", along with '" + reason.origin() + "'") + "): "
					+ LogText.of(reason.message()) + source(scope, reason)
					+ ((silent > 0) ? "; and " + silent + " more since the last line" : ""));
		}
	}

	private static String source(CancelScope scope, CancelReason reason) {
		String source = (reason.kind() == CancelReason.Kind.DEADLINE) ? scope.details().budgetSource() : null;
		return (source != null) ? " (" + source + ")" : "";
	}

	@Override
	public boolean onlyCancellations() {
		return true;
	}

	private Tally tally(String name) {
		Tally known = this.tallies.get(name);
		if (known != null) {
			return known;
		}
		String counted = (this.tallies.size() < MOST_NAMES) ? name : OTHERS;
		return this.tallies.computeIfAbsent(counted, (missing) -> new Tally());
	}

	/**
	 * Returns the number of scopes that would have been cancelled since the start.
	 * @return the number of scopes
	 */
	public long count() {
		return this.tallies.values().stream().mapToLong(Tally::count).sum();
	}

	/**
	 * Returns the number of scopes that would have been cancelled since the start, by
	 * their name. Names after the first thousand are counted together.
	 * @return the numbers of scopes, sorted by name; a copy
	 */
	public Map<String, Long> countByName() {
		Map<String, Long> counts = new TreeMap<>();
		this.tallies.forEach((name, tally) -> counts.put(name, tally.count()));
		return counts;
	}

	/** What is known of the scopes of one name. */
	private static final class Tally {

		private long count;

		private long silent;

		private long lastLine;

		/**
		 * Counts one more.
		 * @return how many there were since the last line, or -1 if it is too early for
		 * another line
		 */
		synchronized long count(long now) {
			if (this.count++ > 0 && now - this.lastLine < BETWEEN_LINES.toNanos()) {
				this.silent++;
				return -1;
			}
			long silent = this.silent;
			this.silent = 0;
			this.lastLine = now;
			return silent;
		}

		synchronized long count() {
			return this.count;
		}

	}

}
