package io.cancelscope.demo.live;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason;
import org.jspecify.annotations.Nullable;

/**
 * What happens during one search, in the order it happens. Told by any thread, without
 * ever waiting for the browser; read by the one that writes to it.
 */
final class Timeline {

	private final long start = System.nanoTime();

	private final BlockingQueue<Happening> happenings = new LinkedBlockingQueue<>();

	private final AtomicReference<@Nullable String> first = new AtomicReference<>();

	private final Map<CancelReason, Long> reasons = new ConcurrentHashMap<>();

	/** Adds what happens now. */
	void tell(String type, Object details) {
		this.happenings.add(new Happening(type, millis(), details));
	}

	/** Waits a while for what happens next; {@code null} if nothing does. */
	@Nullable Happening next(long timeoutMillis) throws InterruptedException {
		return this.happenings.poll(timeoutMillis, TimeUnit.MILLISECONDS);
	}

	/** The first that asks is the search itself: what has lost its parent hangs there. */
	String first(String id) {
		String first = this.first.compareAndExchange(null, id);
		return (first != null) ? first : id;
	}

	/** When something began to be cancelled for this reason, by nanoTime. */
	long since(CancelReason reason) {
		return this.reasons.computeIfAbsent(reason, (fresh) -> System.nanoTime());
	}

	/** Milliseconds since the search began, with their fractions. */
	double millis() {
		return millisBetween(this.start, System.nanoTime());
	}

	static double millisBetween(long from, long to) {
		return (to - from) / 1_000 / 1_000.0;
	}

	/**
	 * Something that happened.
	 *
	 * @param type what sort
	 * @param at milliseconds since the search began
	 * @param details what there is to say about it
	 */
	record Happening(String type, double at, Object details) {
	}

}
