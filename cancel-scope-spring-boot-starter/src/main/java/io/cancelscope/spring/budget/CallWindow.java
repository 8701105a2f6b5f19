package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The calls of one name over a window of time that slides in a few steps. Without a
 * thread of its own: who adds a call throws away what is too old. Thread-safe.
 * <p>
 * Race: a thread reads the clock, and adds its call when the next part has begun. It adds
 * it there, so each call is counted once.
 */
final class CallWindow {

	/** The window is this many parts long, so it slides by a quarter. */
	static final int PARTS = 4;

	private final AtomicReferenceArray<@Nullable Calls> parts = new AtomicReferenceArray<>(PARTS);

	private final long partNanos;

	/** Where the last call was added; spares the division that finds its place. */
	private volatile @Nullable Calls latest;

	/** Called when a part begins, but the first one, by the thread that adds a call. */
	private final Runnable turned;

	/** The budget that the last call had, and where it was from; plain, for people. */
	private long budgetNanos;

	private @Nullable String budgetSource;

	CallWindow(Duration window, Runnable turned) {
		this.partNanos = Math.max(1, window.toNanos() / PARTS);
		this.turned = turned;
	}

	/** Returns where a call that ends now is added. */
	Calls at(long now) {
		Calls latest = this.latest;
		if (latest != null) {
			long since = now - latest.part * this.partNanos;
			if (since >= 0 && since < this.partNanos) {
				return latest;
			}
		}
		latest = find(now);
		this.latest = latest;
		return latest;
	}

	private Calls find(long now) {
		long part = Math.floorDiv(now, this.partNanos);
		int index = (int) Math.floorMod(part, (long) PARTS);
		Calls known = this.parts.get(index);
		while (known == null || known.part < part) {
			Calls added = new Calls(part);
			if (this.parts.compareAndSet(index, known, added)) {
				turned(index);
				return added;
			}
			known = this.parts.get(index);
		}
		return known;
	}

	private void turned(int index) {
		for (int i = 0; i < PARTS; i++) {
			if (i != index && this.parts.get(i) != null) {
				this.turned.run();
				return;
			}
		}
	}

	/** Returns all that ended within the window before a time. */
	Calls.Sum sum(long now) {
		long oldest = Math.floorDiv(now, this.partNanos) - PARTS + 1;
		Calls.Sum sum = new Calls.Sum();
		for (int i = 0; i < PARTS; i++) {
			Calls calls = this.parts.get(i);
			if (calls != null && calls.part >= oldest) {
				calls.addTo(sum);
			}
		}
		return sum;
	}

	void note(long budgetNanos, @Nullable String source) {
		// A store that changes nothing would still take the line from other processors.
		if (this.budgetNanos != budgetNanos) {
			this.budgetNanos = budgetNanos;
		}
		if (this.budgetSource != source) {
			this.budgetSource = source;
		}
	}

	/** Returns the budget of the last call, zero or less for none. */
	long lastBudgetNanos() {
		return this.budgetNanos;
	}

	@Nullable String lastBudgetSource() {
		return this.budgetSource;
	}

}
