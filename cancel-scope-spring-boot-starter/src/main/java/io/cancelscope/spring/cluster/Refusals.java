package io.cancelscope.spring.cluster;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.cancelscope.spring.OneLineLog;

/**
 * Counts refused messages, and logs the first of each kind in a minute: a stranger who
 * sends many must not fill the log. Nothing of a message is logged.
 */
final class Refusals {

	private static final OneLineLog logger = OneLineLog.of(Refusals.class);

	private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final Map<Refusal, Kind> kinds = new EnumMap<>(Refusal.class);

	Refusals() {
		long before = System.nanoTime() - EVERY_NANOS;
		for (Refusal refusal : Refusal.values()) {
			this.kinds.put(refusal, new Kind(new AtomicLong(), new AtomicLong(before)));
		}
	}

	void refused(Refusal refusal) {
		Kind kind = kind(refusal);
		long count = kind.count.incrementAndGet();
		long now = System.nanoTime();
		long last = kind.logged.get();
		if (now - last >= EVERY_NANOS && kind.logged.compareAndSet(last, now)) {
			logger.warn("Refused a message of the cluster: " + refusal.text() + ". Refused so far for this reason: "
					+ count + ". Logged at most once a minute");
		}
	}

	long count(Refusal refusal) {
		return kind(refusal).count.get();
	}

	private Kind kind(Refusal refusal) {
		Kind kind = this.kinds.get(refusal);
		if (kind == null) {
			throw new IllegalArgumentException(refusal.name()); // all are there
		}
		return kind;
	}

	private record Kind(AtomicLong count, AtomicLong logged) {

	}

}
