package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A scope whose budget is used up when it opens (R2), also where that is the very instant
 * at which something else happened.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class OpenedLateTests {

	private final ManualTime time = new ManualTime();

	private final Ears.Listener listener = Ears.ONLY_CANCELLATIONS.listener();

	private final CancelScopes scopes = Ears
		.add(this.listener, CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run))
		.build();

	@BeforeEach
	void beginSomewhere() {
		this.time.advance(seconds(5));
	}

	private static List<ScopeOptions> none() {
		return List.of(ScopeOptions.timeout(Duration.ZERO), ScopeOptions.timeout(seconds(-1)),
				ScopeOptions.timeout(Duration.ZERO).bubble(), ScopeOptions.timeout(seconds(-1)).bubble());
	}

	@ParameterizedTest
	@MethodSource("none")
	void whatCancelledTheScopeAroundCameBefore(ScopeOptions options) {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"))) {
			outer.cancel("enough");
			try (OpenScope late = this.scopes.open(options)) {
				assertThat(late.reason()).get().extracting(CancelReason::message).isEqualTo("enough");
				assertThat(this.listener.cancelled).isEqualTo(Map.of(outer, 1, late, 1));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("none")
	void deadlineCountsFromTheOpening(ScopeOptions options) {
		try (OpenScope late = this.scopes.open(options)) {
			assertThat(late.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
			assertThat(late.deadline()).contains(Deadline.after(Duration.ZERO, this.time));
			assertThat(late.details().elapsed()).isZero();
			this.time.advance(SECOND);
			assertThat(late.details().elapsed()).isEqualTo(SECOND);
		}
	}

	@Test
	void deadlineThatIsJustNowIsUsedUp() {
		Deadline now = Deadline.after(Duration.ZERO, this.time);

		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"))) {
			outer.cancel("enough");
			try (OpenScope late = this.scopes.open(ScopeOptions.none().withDeadline(now))) {
				assertThat(late.reason()).get().extracting(CancelReason::message).isEqualTo("enough");
			}
		}
	}

	@Test
	void deadlineOfTheScopeAroundThatPassesAtThatInstantCameBefore() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer").withTimeout(SECOND))) {
			this.time.advance(SECOND); // and nobody has asked
			try (OpenScope late = this.scopes.open(ScopeOptions.timeout(Duration.ZERO))) {
				assertThat(late.reason()).get().extracting(CancelReason::origin).isEqualTo("outer");
				assertThat(this.listener.cancelled).isEqualTo(Map.of(outer, 1, late, 1));
			}
		}
	}

}
