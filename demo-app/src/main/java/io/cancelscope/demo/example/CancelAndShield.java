package io.cancelscope.demo.example;

import io.cancelscope.ScopeOptions;

/**
 * Example 2: the parent has all the time in the world and cancels itself. The shielded
 * work ends all the same, the one after it doesn't.
 */
final class CancelAndShield {

	private static final ScopeOptions PARENT = ScopeOptions.named("parent");

	private static final ScopeOptions WORK3 = ScopeOptions.named("work3").exception(WorkCancelledException.of("work3"));

	private static final ScopeOptions WORK4 = ScopeOptions.named("work4").shield();

	private CancelAndShield() {
	}

	static void play(Stage stage) {
		long started = stage.now();
		try {
			stage.scopes().run(PARENT, (parent) -> {
				stage.sayTimeout(parent);
				stage.work(WORK3);
				parent.cancel("enough");
				stage.sayTimeout(parent);
				stage.sayElapsed(started);
				stage.work(WORK4);
				stage.sayTimeout(parent);
				stage.sayElapsed(started);
				stage.work(WORK3);
			});
		}
		catch (WorkCancelledException ex) {
			stage.say(ex.line());
		}
	}

}
