package io.cancelscope.demo.example;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;

/**
 * Where an example plays: whose time it lives on, how it sleeps there, and where its
 * lines go.
 */
final class Stage {

	private final CancelScopes scopes;

	private final TimeSource time;

	private final Consumer<Duration> sleeper;

	private final Consumer<String> out;

	Stage(TimeSource time, Consumer<Duration> sleeper, Consumer<String> out) {
		this.scopes = CancelScopes.builder().timeSource(time).build();
		this.time = time;
		this.sleeper = sleeper;
		this.out = out;
	}

	CancelScopes scopes() {
		return this.scopes;
	}

	long now() {
		return this.time.nanoTime();
	}

	void sleep(Duration duration) {
		this.sleeper.accept(duration);
	}

	void say(String line) {
		this.out.accept(line);
	}

	/** Says what is left of a scope's budget. */
	void sayTimeout(CancelScope scope) {
		say("timeout: " + scope.remaining().map(Stage::seconds).orElse("inf"));
	}

	/** Says how long ago something started. */
	void sayElapsed(long started) {
		say("elapsed: " + seconds(Duration.ofNanos(now() - started)));
	}

	/** Says whether a scope is cancelled, in the words of the original. */
	void sayCancelled(String who, CancelScope scope) {
		say(who + " cancelled=" + (scope.isCancelled() ? "True" : "False"));
	}

	/** Two seconds of work in a scope of its own, which asks twice whether to go on. */
	void work(ScopeOptions options) {
		this.scopes.run(options, (scope) -> {
			sleep(Duration.ofSeconds(1));
			scope.check();
			sleep(Duration.ofSeconds(1));
			scope.check();
		});
	}

	/** Waits for another thread of the same example. */
	static void await(CountDownLatch latch) {
		try {
			if (!latch.await(1, TimeUnit.MINUTES)) {
				throw new IllegalStateException("The other thread of this example never came that far");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted in the middle of an example", ex);
		}
	}

	/** Two digits after the point, none of them an idle zero but the first. */
	private static String seconds(Duration duration) {
		if (duration.isZero()) {
			return "0";
		}
		BigDecimal seconds = BigDecimal.valueOf(duration.toNanos(), 9).setScale(2, RoundingMode.HALF_UP);
		return seconds.stripTrailingZeros().scale() < 1 ? seconds.setScale(1, RoundingMode.UNNECESSARY).toString()
				: seconds.stripTrailingZeros().toPlainString();
	}

}
