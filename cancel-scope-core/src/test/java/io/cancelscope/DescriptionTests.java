package io.cancelscope;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What things call themselves in logs and debuggers, and what makes two of them equal.
 */
@ExtendWith(ThreadStaysClean.class)
class DescriptionTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void scopeTellsItsStateAndItsDeadline() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("a"));
		OpenScope timed = this.scopes.open(ScopeOptions.named("b").withTimeout(SECOND));

		assertThat(scope).hasToString("CancelScope['a', open]");
		assertThat(timed).hasToString("CancelScope['b', open, due in 1s]");
		timed.cancel();
		assertThat(timed).hasToString("CancelScope['b', cancelled: REQUESTED, due in 1s]");
		timed.close();
		scope.close();
		assertThat(scope).hasToString("CancelScope['a', closed]");
	}

	@Test
	void optionsTellWhatIsSet() {
		ScopeOptions everything = ScopeOptions.named("a")
			.withTimeout(SECOND)
			.withDeadline(Deadline.after(seconds(2), this.time))
			.shield()
			.bubble()
			.interrupt()
			.detached()
			.checkOnEnter()
			.checkOnExit();

		assertThat(everything).hasToString("ScopeOptions['a', timeout 1s, deadline in 2s,"
				+ " shield, bubble, interrupt, detached, checkOnEnter, checkOnExit]");
		assertThat(ScopeOptions.named("a")).hasToString("ScopeOptions['a']");
	}

	@Test
	void deadlineTellsHowFarItIs() {
		Deadline deadline = Deadline.after(SECOND, this.time);

		assertThat(deadline).hasToString("in 1s");
		this.time.advance(SECOND);
		assertThat(deadline).hasToString("0s ago");
		this.time.advance(seconds(2));
		assertThat(deadline).hasToString("2s ago");
	}

	@Test
	void deadlinesOfTheSameInstantAndClockAreEqual() {
		Deadline one = Deadline.after(SECOND, this.time);
		Deadline same = Deadline.after(SECOND, this.time);

		assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
		assertThat(one).isNotEqualTo(Deadline.after(seconds(2), this.time))
			.isNotEqualTo(Deadline.after(SECOND, new ManualTime()))
			.isNotEqualTo("in 1s");
		assertThat(one.hashCode()).isNotEqualTo(Deadline.after(seconds(2), this.time).hashCode());
		assertThat(one.isBefore(same)).isFalse();
	}

	@Test
	void propagatingExecutorNamesTheOneBehindIt() {
		ExecutorService behind = Executors.newSingleThreadExecutor();

		assertThat(this.scopes.propagating(behind)).hasToString("propagating " + behind);

		behind.shutdown();
	}

}
