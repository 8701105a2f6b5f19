package io.cancelscope.demo.example;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;

/**
 * Example 3: two tasks below a parent that bubbles. A scope two levels down in one task
 * cancels itself; the cancellation climbs to the parent, and so reaches the other task.
 */
final class BubbleBetweenTasks {

	private final Stage stage;

	private final CancelScopes scopes;

	private final CountDownLatch work6Yields = new CountDownLatch(1);

	private final CountDownLatch work5Ends = new CountDownLatch(1);

	private BubbleBetweenTasks(Stage stage) {
		this.stage = stage;
		this.scopes = stage.scopes();
	}

	static void play(Stage stage) {
		ExecutorService pool = Executors.newFixedThreadPool(2);
		try {
			new BubbleBetweenTasks(stage).main(pool);
		}
		finally {
			pool.shutdown();
		}
	}

	private void main(Executor pool) {
		Executor inTheScopeOfTheSubmitter = this.scopes.propagating(pool);
		this.scopes.run(ScopeOptions.named("main").bubble(), (main) -> {
			CompletableFuture<Void> work6 = CompletableFuture.runAsync(this::work6, inTheScopeOfTheSubmitter);
			CompletableFuture<Void> work5 = CompletableFuture.runAsync(this::work5, inTheScopeOfTheSubmitter);
			CompletableFuture.allOf(work6, work5).join();
			this.stage.sayCancelled("main", main);
		});
	}

	private void work6() {
		this.scopes.run(ScopeOptions.named("work6"), (scope) -> {
			this.stage.sayCancelled("work6", scope);
			this.work6Yields.countDown();
			Stage.await(this.work5Ends);
			this.stage.sayCancelled("work6", scope);
		});
	}

	private void work5() {
		Stage.await(this.work6Yields);
		this.scopes.run(ScopeOptions.named("work5-parent"), (parent) -> {
			this.stage.sayCancelled("work5-parent", parent);
			this.scopes.run(ScopeOptions.named("work5-child"), (child) -> {
				this.stage.sayCancelled("work5-child", child);
				this.stage.say("cancel work5-child");
				child.cancel();
				this.stage.sayCancelled("work5-child", child);
			});
			this.stage.sayCancelled("work5-parent", parent);
		});
		this.work5Ends.countDown();
	}

}
