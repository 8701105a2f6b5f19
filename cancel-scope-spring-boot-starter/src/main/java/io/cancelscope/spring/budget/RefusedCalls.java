package io.cancelscope.spring.budget;

import java.util.Set;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.NotBegun;

/**
 * Counts the calls of each name that were not begun, or would not have been begun if they
 * are only observed, over the window of the learnt calls. Calls that are begun cost
 * nothing here.
 */
final class RefusedCalls implements CancelScopeListener {

	private final TimeSource time;

	private final long partNanos;

	private final BoundedNames<Window> names;

	RefusedCalls(TimeSource time, CancelScopeBudgetProperties properties) {
		this.time = time;
		this.partNanos = Math.max(1, properties.window().toNanos() / CallWindow.PARTS);
		this.names = new BoundedNames<>(properties.maxNames(), (name) -> new Window());
	}

	@Override
	public boolean onlyCancellations() {
		return true;
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		count(scope, reason);
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		count(scope, reason);
	}

	private void count(CancelScope scope, CancelReason reason) {
		if (NotBegun.of(scope, reason) != null) {
			this.names.get(scope.name()).add(part());
		}
	}

	private long part() {
		return Math.floorDiv(this.time.nanoTime(), this.partNanos);
	}

	/** Returns the number of refused calls of a name. */
	long of(String name) {
		Window window = this.names.all().get(name);
		return (window != null) ? window.sum(part()) : 0;
	}

	/** Returns the number of refused calls of all names but some. */
	long ofOthersThan(Set<String> names) {
		long part = part();
		return this.names.all()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().equals(BoundedNames.OTHERS) || !names.contains(entry.getKey()))
			.mapToLong((entry) -> entry.getValue().sum(part))
			.sum();
	}

	/** The refused calls of one name. */
	private static final class Window {

		/** The numbers of the parts. Guarded by this. */
		private final long[] parts = new long[CallWindow.PARTS];

		/** Guarded by this. */
		private final long[] counts = new long[CallWindow.PARTS];

		synchronized void add(long part) {
			int index = (int) Math.floorMod(part, (long) CallWindow.PARTS);
			if (this.parts[index] != part) {
				this.parts[index] = part;
				this.counts[index] = 0;
			}
			this.counts[index]++;
		}

		synchronized long sum(long part) {
			long sum = 0;
			for (int i = 0; i < CallWindow.PARTS; i++) {
				sum += (part - this.parts[i] < CallWindow.PARTS) ? this.counts[i] : 0;
			}
			return sum;
		}

	}

}
