package io.cancelscope.spring.observemode;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.LogText;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.PacedLines;

/**
 * Counts and logs what enforcement would have cancelled while scopes are only observed.
 * Inject this bean to read the counts. Thread-safe.
 */
public final class ObservedCancellations implements CancelScopeListener {

	/** Names from outside the program must not fill the memory. */
	static final int MOST_NAMES = 1_000;

	private static final OneLineLog logger = OneLineLog.of(ObservedCancellations.class);

	private final BoundedNames<LongAdder> counts = new BoundedNames<>(MOST_NAMES, (name) -> new LongAdder());

	private final PacedLines lines;

	ObservedCancellations(TimeSource time) {
		this.lines = new PacedLines(time, PacedLines.INTERVAL);
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		this.counts.get(scope.name()).increment();
		String more = this.lines.next(scope.name());
		if (more != null) {
			logger.info("Observed: scope '" + scope.name() + "' would have been cancelled (" + reason.kind()
					+ (scope.name().equals(reason.origin()) ? "" : ", along with '" + reason.origin() + "'") + "): "
					+ LogText.of(reason.message()) + source(scope, reason) + more);
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

	/**
	 * Returns the number of scopes that would have been cancelled since the start.
	 * @return the number of scopes
	 */
	public long count() {
		return this.counts.all().values().stream().mapToLong(LongAdder::sum).sum();
	}

	/**
	 * Returns the number of scopes that would have been cancelled since the start, by
	 * their name. Names after the first thousand are counted together.
	 * @return the numbers of scopes, sorted by name; a copy
	 */
	public Map<String, Long> countByName() {
		Map<String, Long> counts = new TreeMap<>();
		this.counts.all().forEach((name, count) -> counts.put(name, count.sum()));
		return counts;
	}

}
