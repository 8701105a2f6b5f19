package io.cancelscope.spring.future;

import java.lang.ref.Cleaner;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.OpenScope;

/**
 * Ends the scope of a future that nobody can ask any more, or its parent would hold it
 * for as long as it lasts itself. Holds the scope, and must not hold the caller's future.
 */
final class AbandonedFutureCleaner implements Runnable {

	private static final Cleaner CLEANER = Cleaner.create((task) -> newThread(task, "cancel-scope-futures"));

	private final PolledStage<?> stage;

	private final OpenScope scope;

	private volatile boolean answered;

	private AbandonedFutureCleaner(PolledStage<?> stage, OpenScope scope) {
		this.stage = stage;
		this.scope = scope;
	}

	static void watch(PolledFuture<?> future, CompletableFuture<?> result, PolledStage<?> stage, OpenScope scope) {
		AbandonedFutureCleaner cleaner = new AbandonedFutureCleaner(stage, scope);
		Cleaner.Cleanable cleanable = CLEANER.register(future, cleaner);
		result.whenComplete((value, error) -> {
			cleaner.answered = true;
			cleanable.clean();
		});
	}

	/**
	 * A deadline still counts for the work, unless that is done. It may be the parent's,
	 * which is gone when the parent is, without a word: so look again with every garbage
	 * collection, which finds an object that nobody holds.
	 */
	@Override
	public void run() {
		if (!this.answered) {
			this.stage.look();
		}
		if (this.answered || this.stage.isDone() || this.scope.details().closed()) {
			return;
		}
		if (this.scope.deadline().isPresent()) {
			CLEANER.register(new Object(), this);
		}
		else {
			this.scope.close();
		}
	}

	static Thread newThread(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.setContextClassLoader(null);
		return thread;
	}

}
