package io.cancelscope.stress;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;

/**
 * A callback of the soak's that knows whether it has to run, or must not.
 */
final class Promise implements Consumer<CancelReason> {

	private static final int RAN = 1;

	private static final int OWED = 1 << 1;

	private static final int FORBIDDEN = 1 << 2;

	private final AtomicInteger state = new AtomicInteger();

	private final Manners manners;

	private final LongAdder ran;

	private final Consumer<String> problems;

	Promise(Manners manners, LongAdder ran, Consumer<String> problems) {
		this.manners = manners;
		this.ran = ran;
		this.problems = problems;
	}

	@Override
	public void accept(CancelReason reason) {
		this.ran.increment();
		int before = add(RAN);
		if ((before & RAN) != 0) {
			this.problems.accept("a callback ran twice (" + this.manners + ")");
		}
		else if ((before & FORBIDDEN) != 0) {
			this.problems.accept("a callback ran that was dropped or taken back (" + this.manners + ")");
		}
		else if ((before & OWED) != 0) {
			this.manners.owed.decrementAndGet();
		}
	}

	/** What it was registered with is cancelled, so it has run or will. */
	void owe() {
		if ((add(OWED) & (RAN | OWED)) == 0) {
			this.manners.owed.incrementAndGet();
		}
	}

	/** It was dropped in time, or taken back. */
	void forbid() {
		if ((add(FORBIDDEN) & RAN) != 0) {
			this.problems.accept("a callback ran that was dropped or taken back (" + this.manners + ")");
		}
	}

	void takeBack(CancelScope.Registration registration) {
		if (registration.unregister()) {
			forbid();
		}
		else {
			owe();
		}
	}

	private int add(int flag) {
		return this.state.getAndUpdate((state) -> state | flag);
	}

}
