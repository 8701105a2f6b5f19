package io.cancelscope;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A callback that isn't simply its scope's opener's: one registered by work that carries
 * the scope, and moves up with that work when the scope closes before it; or one that is
 * told when all stops have begun.
 */
final class WorkCallback extends Callback {

	/** The work that registered it; {@code null} for the opener. */
	private final @Nullable Attachment work;

	private final boolean afterStops;

	WorkCallback(ScopeNode holder, Consumer<? super CancelReason> action, @Nullable Attachment work,
			boolean afterStops) {
		super(holder, action);
		this.work = work;
		this.afterStops = afterStops;
	}

	@Override
	boolean outlivesClose() {
		return this.work != null && !this.work.isOver();
	}

	/** From here on it ends with the work. */
	@Override
	boolean beginMove() {
		return this.work != null && this.work.adopt(this);
	}

	/**
	 * Its work has ended, and its scope has closed before. One that a cancellation is
	 * about to run stays, as when a cancelled scope closes: it runs exactly once.
	 */
	void workEnded() {
		if (!(holder().stored() instanceof Cancellation)) {
			unregister();
		}
	}

	@Override
	void collect(Delivery delivery) {
		if (this.afterStops) {
			delivery.addNews(this::tell);
		}
		else {
			super.collect(delivery);
		}
	}

	/** Registered too late; in a stop, what is to be told waits for the other stops. */
	@Override
	void wake(Cancellation cancellation) {
		Delivery around = this.afterStops ? Aside.delivery() : null;
		if (around != null) {
			around.addNewsMeanwhile(this::tell);
		}
		else {
			super.wake(cancellation);
		}
	}

	private void tell() {
		Aside aside = Aside.step(null);
		try {
			run();
		}
		finally {
			aside.back();
		}
	}

}
