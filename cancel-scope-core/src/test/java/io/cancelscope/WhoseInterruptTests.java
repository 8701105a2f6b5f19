package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.Gate.Interruption;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R21: what the end of a region says about whose interrupt it was, and which flag it
 * leaves. The test's thread is the one in the regions; others interrupt it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class WhoseInterruptTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final TreeScope outer = open("outer");

	private final TreeScope inner = open("inner");

	private TreeScope open(String name) {
		return (TreeScope) this.scopes.openUnbound(ScopeOptions.named(name));
	}

	private static void cancelElsewhere(CancelScope scope) {
		Elsewhere.run(scope::cancel);
	}

	private static void interruptElsewhere() {
		Elsewhere.run(Thread.currentThread()::interrupt);
	}

	/** What a blocking call does that finds the flag. */
	private static InterruptedException take() {
		assertThat(Thread.interrupted()).as("the flag of the code inside").isTrue();
		return new InterruptedException();
	}

	@Test
	void regionThatNobodyInterruptedEndsWithNoneOfOurs() {
		Region region = Region.enter(this.outer, null);

		Interruption whose = region.leave(null);

		assertThat(whose).isEqualTo(Interruption.NOT_OURS);
	}

	@Test
	void foreignInterruptAloneIsNoneOfOursAndStaysSet() {
		Region region = Region.enter(this.outer, null);
		interruptElsewhere();

		Interruption whose = region.leave(null);

		assertThat(whose).isEqualTo(Interruption.NOT_OURS);
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void oursIsTakenBack() {
		Region region = Region.enter(this.outer, null);
		cancelElsewhere(this.outer);

		Interruption whose = region.leave(null);

		assertThat(whose).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void foreignOneBeforeOursStaysSet() {
		Region region = Region.enter(this.outer, null);
		interruptElsewhere();
		cancelElsewhere(this.outer);

		Interruption whose = region.leave(null);

		assertThat(whose).isEqualTo(Interruption.OURS_AND_ANOTHER);
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void regionEndsOnceWhoeverInterruptsLater() {
		Region region = Region.enter(this.outer, null);
		cancelElsewhere(this.outer);
		region.leave(null);
		interruptElsewhere();

		Interruption whose = region.leave(null);

		assertThat(whose).isEqualTo(Interruption.NOT_OURS);
		assertThat(Thread.interrupted()).isTrue();
	}

	/** Closing what was forgotten inside calls a listener, which may close the owner. */
	@Test
	void regionThatAListenerLeavesMeanwhileEndsOnce() {
		List<Region> region = new ArrayList<>();
		CancelScopes listening = CancelScopes.builder()
			.timeSource(new ManualTime())
			.listener(new CancelScopeListener() {
				@Override
				public void closed(CancelScope scope) {
					region.get(0).leave(null);
				}
			})
			.build();
		region.add(Region.enter(this.outer, null));
		listening.open(ScopeOptions.named("forgotten"));
		cancelElsewhere(this.outer);

		Interruption whose = region.get(0).leave(new IllegalStateException("the body's own"));

		assertThat(whose).isEqualTo(Interruption.NOT_OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void foreignOneIsKnownAfterOursHasBecomeAnException() {
		Region around = Region.enter(this.outer, null);
		Region inside = Region.enter(this.inner, null);
		cancelElsewhere(this.inner);
		Interruption first = inside.leave(take());
		cancelElsewhere(this.outer);
		InterruptedException thrown = take();
		interruptElsewhere();

		Interruption second = around.leave(thrown);

		assertThat(first).isEqualTo(Interruption.OURS);
		assertThat(second).isEqualTo(Interruption.OURS_AND_ANOTHER);
	}

	@Test
	void foreignOneIsKnownAfterOursWasSwallowed() {
		Region around = Region.enter(this.outer, null);
		Region inside = Region.enter(this.inner, null);
		cancelElsewhere(this.inner);
		take();
		inside.leave(null);
		cancelElsewhere(this.outer);
		InterruptedException thrown = take();
		interruptElsewhere();

		Interruption whose = around.leave(thrown);

		assertThat(whose).isEqualTo(Interruption.OURS_AND_ANOTHER);
	}

	@Test
	void oursThatPassesARegionInsideIsStillOurs() {
		Region around = Region.enter(this.outer, null);
		Region inside = Region.enter(this.inner, null);
		cancelElsewhere(this.outer);
		InterruptedException thrown = take();
		inside.leave(thrown);

		Interruption whose = around.leave(thrown);

		assertThat(whose).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	/** Clean-up in a region of its own, while ours is on its way out. */
	@Test
	void oursIsStillOursAfterARegionThatBeganMeanwhile() {
		Region around = Region.enter(this.outer, null);
		cancelElsewhere(this.outer);
		InterruptedException thrown = take();
		Region cleanUp = Region.enter(this.inner, null);
		cleanUp.leave(null);

		Interruption whose = around.leave(thrown);

		assertThat(whose).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void oursIsStillOursAfterTwoRegionsThatBeganMeanwhile() {
		Region around = Region.enter(this.outer, null);
		cancelElsewhere(this.outer);
		InterruptedException thrown = take();
		Region.enter(this.inner, null).leave(null);
		assertThat(Thread.interrupted()).as("set again for what blocks next").isTrue();
		Region.enter(this.inner, null).leave(null);

		Interruption whose = around.leave(thrown);

		assertThat(whose).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void noFallbackRunsForACheckThatFollowsAForeignInterrupt() {
		ManualTime time = new ManualTime();
		CancelScopes timed = Scopes.on(time);
		ScopeOptions options = ScopeOptions.named("body").withTimeout(Scopes.SECOND).interrupt();

		Throwable thrown = catchThrowable(() -> timed.callOrElse(options, (scope) -> {
			interruptElsewhere();
			Elsewhere.run(() -> time.advance(Scopes.SECOND));
			scope.check();
			return "value";
		}, (reason) -> "fallback"));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(Thread.interrupted()).as("the foreign one").isTrue();
	}

}
