package io.cancelscope.demo.example;

import java.util.function.Consumer;

import io.cancelscope.testing.ManualTime;

/**
 * Plays the examples one after the other.
 */
public final class Examples {

	private Examples() {
	}

	/**
	 * Plays all four in real time, or faster.
	 * @param speed how many times faster; times are printed as if it were one
	 * @param out where the examples' lines go
	 * @param headings where it is said which example follows
	 */
	public static void play(double speed, Consumer<String> out, Consumer<String> headings) {
		rehearse();
		StoryTime time = new StoryTime(speed);
		play(new Stage(time, time::sleep, out), headings);
	}

	/**
	 * Plays all of them at once for nobody, so that the classes are loaded before time
	 * counts: at high speed that takes seconds of the story.
	 */
	private static void rehearse() {
		ManualTime time = new ManualTime();
		play(new Stage(time, time::advance, (line) -> {
		}), (heading) -> {
		});
	}

	static void play(Stage stage, Consumer<String> headings) {
		headings.accept("# 1. The parent's time runs out; a shielded work ends all the same, the next one doesn't");
		DeadlineAndShield.play(stage);
		headings.accept("# 2. The parent cancels itself; again only the shielded work ends");
		CancelAndShield.play(stage);
		headings.accept("# 3. A cancellation deep inside one task bubbles up and reaches its neighbour");
		BubbleBetweenTasks.play(stage);
		headings.accept("# 4. An asynchronous parent, stopped by one of its workers on pool threads");
		AsyncParent.play(stage);
	}

}
