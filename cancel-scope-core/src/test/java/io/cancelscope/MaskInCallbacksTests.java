package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.Gate.Interruption;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R22, R23: a thread that is inside a region cancels another scope and so runs its
 * callback. No interrupt of the region reaches the callback, and none is lost.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class MaskInCallbacksTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final TreeScope around = (TreeScope) this.scopes.openUnbound(ScopeOptions.named("around"));

	private final OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));

	private final List<String> flags = new ArrayList<>();

	private Region region;

	@BeforeEach
	void beginRegion() {
		this.region = Region.enter(this.around, null);
	}

	private void note(String when) {
		this.flags.add(when + " " + Thread.currentThread().isInterrupted());
	}

	private void cancelAroundElsewhere() {
		Elsewhere.run(this.around::cancel);
	}

	@Test
	void interruptThatComesMeanwhileIsThereAfterwards() {
		this.other.onCancel((reason) -> {
			cancelAroundElsewhere();
			note("inside");
		});

		this.other.cancel();
		note("after");

		assertThat(this.flags).containsExactly("inside false", "after true");
		assertThat(this.region.leave(null)).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void interruptThatCameBeforeIsThereAgainAfterwards() {
		this.other.onCancel((reason) -> note("inside"));
		cancelAroundElsewhere();
		note("before");

		this.other.cancel();
		note("after");

		assertThat(this.flags).containsExactly("before true", "inside false", "after true");
		assertThat(this.region.leave(null)).isEqualTo(Interruption.OURS);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void foreignInterruptThatCameBeforeIsKnownBesideTheOneThatComesMeanwhile() {
		Thread.currentThread().interrupt();
		this.other.onCancel((reason) -> {
			cancelAroundElsewhere();
			note("inside");
		});

		this.other.cancel();
		note("after");

		assertThat(this.flags).containsExactly("inside false", "after true");
		assertThat(this.region.leave(null)).isEqualTo(Interruption.OURS_AND_ANOTHER);
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void foreignInterruptAloneIsThereAgainAfterwards() {
		Thread.currentThread().interrupt();
		this.other.onCancel((reason) -> note("inside"));

		this.other.cancel();
		note("after");

		assertThat(this.flags).containsExactly("inside false", "after true");
		assertThat(this.region.leave(null)).isEqualTo(Interruption.NOT_OURS);
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void threadThatCancelsItsOwnScopeIsNotInterruptedAfterTheCallback() {
		this.around.onCancel((reason) -> note("inside"));

		this.around.cancel();
		note("after");

		assertThat(this.flags).containsExactly("inside false", "after false");
		assertThat(this.region.leave(null)).isEqualTo(Interruption.NOT_OURS);
	}

	/** What a callback leaves open is named, and where it was left. */
	@Test
	void whatACallbackLeavesOpenIsLogged() {
		this.other.onCancel((reason) -> this.scopes.open(ScopeOptions.named("forgotten")));

		try (LogTrail log = new LogTrail()) {
			this.other.cancel();

			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("WARNING A callback left scopes open, which are closed now")
				.contains("Closed a callback while 'forgotten'");
		}
		this.region.leave(null);
	}

}
