package io.cancelscope;

/**
 * Stands for the thread in a region among what a cancellation wakes.
 */
final class RegionWaker extends Wakeable {

	private final Region region;

	RegionWaker(ScopeNode holder, Region region) {
		super(holder);
		this.region = region;
	}

	@Override
	void collect(Delivery delivery) {
		delivery.add(this.region);
	}

	@Override
	void wake(Cancellation cancellation) {
		this.region.gate.deliver(this.region, true);
	}

	@Override
	boolean isOver() {
		return this.region.isOver();
	}

	/** The opener's own ends with its scope, others when their thread leaves them. */
	@Override
	boolean outlivesClose() {
		return !this.region.isOver();
	}

}
