package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * What a cancellation has to wake: threads first, then user code, which is listeners and
 * callbacks, outermost scope first. Collected under locks, run outside of them.
 */
final class Wave implements Runnable {

	private List<Runnable> news = List.of();

	/** The last of the news, if it is callbacks. */
	private @Nullable Chain chain;

	private List<Region> regions = List.of();

	private @Nullable VirtualMachineError trouble;

	void add(Region region) {
		if (this.regions.isEmpty()) {
			this.regions = new ArrayList<>();
		}
		this.regions.add(region);
	}

	/** Interrupts the threads collected so far, and forgets them. */
	void interrupt() {
		List<Region> regions = this.regions;
		this.regions = List.of();
		regions.forEach((region) -> region.gate.deliver(region, false));
	}

	/** Adds a callback that is in no list now. */
	void add(Callback callback, CancelReason reason) {
		Chain chain = this.chain;
		if (chain != null && chain.reason == reason) {
			chain.last.after = callback;
			chain.last = callback;
		}
		else {
			chain = new Chain(callback, reason);
			add(chain);
			this.chain = chain;
		}
	}

	/** Tells the listener, if there is one, that a scope was found cancelled. */
	void add(ScopeNode scope, CancelReason reason) {
		if (scope.scopes.listener != null) {
			add(() -> scope.scopes.tellCancelled(scope, reason));
		}
	}

	private void add(Runnable one) {
		this.chain = null;
		if (this.news.isEmpty()) {
			this.news = new ArrayList<>();
		}
		this.news.add(one);
	}

	/** Runs what was collected so far, forgets it, and throws if there was trouble. */
	@Override
	public void run() {
		tell();
		throwTrouble();
	}

	/** Runs what was collected so far, and forgets it. */
	void tell() {
		List<Runnable> news = this.news;
		this.news = List.of();
		this.chain = null;
		news.forEach(Runnable::run);
	}

	/** Throws what the JVM ran into on the way, when all else is done. */
	void throwTrouble() {
		if (this.trouble != null) {
			throw this.trouble;
		}
	}

	/** Runs it on the executor, or on our own threads if that one is shut down. */
	void runOn(Executor executor) {
		if (this.news.isEmpty()) {
			return;
		}
		try {
			executor.execute(this);
		}
		catch (RejectedExecutionException ex) {
			CallbackThreads.SHARED.execute(this);
		}
	}

	/** Callbacks with one reason, by their own pointers: there may be a million. */
	private final class Chain implements Runnable {

		private @Nullable Callback first;

		private Callback last;

		private final CancelReason reason;

		Chain(Callback first, CancelReason reason) {
			this.first = first;
			this.last = first;
			this.reason = reason;
		}

		@Override
		public void run() {
			for (Callback at = this.first; at != null;) {
				Callback next = at.after;
				at.after = null;
				VirtualMachineError error = at.run(this.reason);
				if (error != null && Wave.this.trouble == null) {
					Wave.this.trouble = error;
				}
				this.first = next;
				at = next;
			}
		}

	}

}
