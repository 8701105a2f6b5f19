package io.cancelscope.demo.chain;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what is at work at each place, and since when, as the parent hears of it. A place
 * is at work while anything there is: a handler, another thread, or a scope.
 */
final class Ledger {

	// All fields are guarded by this.

	private final Map<Place, Entry> entries = new EnumMap<>(Place.class);

	private @Nullable ChainException failure;

	Ledger() {
		for (Place place : Place.values()) {
			this.entries.put(place, new Entry());
		}
	}

	synchronized void began(Place place) {
		Entry entry = entry(place);
		if (entry.count++ == 0 && entry.began == null) {
			entry.began = System.nanoTime();
		}
		notifyAll();
	}

	synchronized void ended(Place place) {
		Entry entry = entry(place);
		entry.count--;
		entry.ended = System.nanoTime();
		notifyAll();
	}

	/** Notes why the scopes of a service were cancelled. */
	synchronized void cancelled(Place place, String kind) {
		Entry entry = entry(place);
		if (entry.kind == null) {
			entry.kind = kind;
		}
	}

	/** Makes everybody who waits fail: the run cannot go on. */
	synchronized void fail(ChainException ex) {
		if (this.failure == null) {
			this.failure = ex;
		}
		notifyAll();
	}

	/** Forgets the times of the run before. */
	synchronized void startAfresh() {
		this.entries.values().forEach(Entry::forget);
	}

	/**
	 * Waits until each place is at work, all at once.
	 * @return whether that was so, in time
	 */
	synchronized boolean awaitAtWork(long until) throws InterruptedException {
		return await(() -> this.entries.values().stream().allMatch((entry) -> entry.count > 0), until);
	}

	/**
	 * Waits until something has begun at a place since the last {@link #startAfresh()}.
	 * @return whether that was so, in time
	 */
	synchronized boolean awaitBegun(Place place, long until) throws InterruptedException {
		return await(() -> entry(place).began != null, until);
	}

	/**
	 * Waits until no place is at work.
	 * @return whether that was so, in time
	 */
	synchronized boolean awaitIdle(long until) throws InterruptedException {
		return await(this::isIdle, until);
	}

	private boolean await(BooleanSupplier condition, long until) throws InterruptedException {
		while (true) {
			checkFailure();
			if (condition.getAsBoolean()) {
				return true;
			}
			long left = until - System.nanoTime();
			if (left <= 0) {
				return false;
			}
			TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
		}
	}

	/** Throws what {@link #fail} was told, if anything. */
	synchronized void checkFailure() {
		if (this.failure != null) {
			throw this.failure;
		}
	}

	private boolean isIdle() {
		return this.entries.values().stream().allMatch((entry) -> entry.count == 0);
	}

	/** Returns where something is at work, for people. */
	synchronized String atWork() {
		List<String> places = new ArrayList<>();
		this.entries.forEach((place, entry) -> {
			if (entry.count != 0) {
				places.add(place.label().strip());
			}
		});
		return String.join(", ", places);
	}

	/** Returns the places that were at work, once all are idle. */
	synchronized Map<Place, Stay> stays() {
		Map<Place, Stay> stays = new EnumMap<>(Place.class);
		this.entries.forEach((place, entry) -> {
			if (entry.began != null) {
				stays.put(place, new Stay(entry.began, Objects.requireNonNull(entry.ended), entry.kind));
			}
		});
		return stays;
	}

	private Entry entry(Place place) {
		return Objects.requireNonNull(this.entries.get(place));
	}

	/**
	 * How long a place was at work.
	 *
	 * @param began when the first began
	 * @param ended when the last had ended
	 * @param kind why the scope there was cancelled
	 */
	record Stay(long began, long ended, @Nullable String kind) {
	}

	private static final class Entry {

		private int count;

		private @Nullable Long began;

		private @Nullable Long ended;

		private @Nullable String kind;

		void forget() {
			this.began = null;
			this.ended = null;
			this.kind = null;
		}

	}

}
