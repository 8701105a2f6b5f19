package io.cancelscope.demo.example;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

/**
 * Example 4: an asynchronous parent that bubbles, and two workers that block pool
 * threads, each in a scope of its own. The first cancels itself; the second sees it, and
 * so does the parent's check.
 */
final class AsyncParent {

	private final Stage stage;

	// At high speed a tenth of a second of the story is less than a thread may be late,
	// so
	// the order does not rest on the sleeps alone.

	private final CountDownLatch work1Starts = new CountDownLatch(1);

	private final CountDownLatch work2Starts = new CountDownLatch(1);

	private final CountDownLatch work1Ends = new CountDownLatch(1);

	private AsyncParent(Stage stage) {
		this.stage = stage;
	}

	static void play(Stage stage) {
		ExecutorService pool = Executors.newFixedThreadPool(2);
		try {
			new AsyncParent(stage).asyncWork(pool).join();
		}
		catch (CompletionException ex) {
			if (!(ex.getCause() instanceof WorkCancelledException cancelled)) {
				throw ex;
			}
			stage.say(cancelled.line());
		}
		finally {
			pool.shutdown();
		}
	}

	/** Returns at once. Its scope is bound to no thread and closes with the future. */
	private CompletableFuture<Void> asyncWork(Executor pool) {
		OpenScope scope = this.stage.scopes()
			.openUnbound(ScopeOptions.named("async_work").bubble().exception(WorkCancelledException.of("async_work")));
		this.stage.say("async_work started");
		Executor inScope = scope.wrap(pool);
		return CompletableFuture
			.allOf(CompletableFuture.runAsync(this::syncWork1, inScope),
					CompletableFuture.runAsync(this::syncWork2, inScope))
			.thenRun(scope::check)
			.whenComplete((nothing, failure) -> scope.close());
	}

	private void syncWork1() {
		this.stage.scopes().run(ScopeOptions.named("sync_work1"), (scope) -> {
			this.stage.say("sync_work1 started");
			this.work1Starts.countDown();
			this.stage.sleep(Duration.ofMillis(100));
			Stage.await(this.work2Starts);
			scope.cancel("manually");
			this.stage.say("sync_work1 cancelled manually");
		});
		this.work1Ends.countDown();
	}

	private void syncWork2() {
		Stage.await(this.work1Starts);
		this.stage.scopes().run(ScopeOptions.named("sync_work2"), (scope) -> {
			this.stage.say("sync_work2 started");
			this.work2Starts.countDown();
			this.stage.sleep(Duration.ofMillis(300));
			Stage.await(this.work1Ends);
			this.stage.sayCancelled("sync_work2", scope);
		});
	}

}
