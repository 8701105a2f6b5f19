package io.cancelscope.demo.example;

import java.time.Duration;

import io.cancelscope.ScopeOptions;

/**
 * Example 1: the parent's time runs out in the middle of a shielded work, which ends all
 * the same. The work after it, unshielded, is stopped and throws an exception of its own.
 */
final class DeadlineAndShield {

	private static final ScopeOptions PARENT = ScopeOptions.named("parent").withTimeout(Duration.ofSeconds(3));

	private static final ScopeOptions WORK1 = ScopeOptions.named("work1")
		.withTimeout(Duration.ofSeconds(3))
		.exception(WorkCancelledException.of("work1"));

	private static final ScopeOptions WORK2 = ScopeOptions.named("work2").shield();

	private DeadlineAndShield() {
	}

	static void play(Stage stage) {
		long started = stage.now();
		try {
			stage.scopes().run(PARENT, (parent) -> {
				stage.sayTimeout(parent);
				stage.work(WORK1);
				stage.sayTimeout(parent);
				stage.sayElapsed(started);
				stage.work(WORK2);
				stage.sayTimeout(parent);
				stage.sayElapsed(started);
				stage.work(WORK1);
			});
		}
		catch (WorkCancelledException ex) {
			stage.say(ex.line());
		}
	}

}
