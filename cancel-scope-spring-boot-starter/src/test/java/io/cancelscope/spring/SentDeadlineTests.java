package io.cancelscope.spring;

import java.time.Duration;
import java.util.Objects;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server can say of the time of a scope, and of no other.
 */
class SentDeadlineTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	@ParameterizedTest
	@CsvSource({ "504, caller, true", "504, ' CALLER ', true", "504, server, false", "504, , false",
			"504, 'caller, server', false", "503, caller, false", "200, caller, false" })
	void onlyAGatewayTimeoutOfTheCallersTimeCounts(int status, @Nullable String value, boolean spent) {
		this.scopes.run(ScopeOptions.timeout(SECOND), (scope) -> {
			sent(scope).answered(status, value);

			assertThat(SentDeadline.isSpent(scope)).isEqualTo(spent);
			assertThat(scope.isCancelled()).as("on the word of a server").isFalse();
		});
	}

	@Test
	void timeThatAScopeInsideInheritsIsThatOfAll() {
		this.scopes.run(ScopeOptions.timeout(SECOND),
				(request) -> this.scopes.run(ScopeOptions.named("attempt"), (attempt) -> {
					sent(attempt).answered(504, "caller");

					assertThat(SentDeadline.isSpent(request)).isTrue();
				}));
	}

	@Test
	void smallerTimeOfAnAttemptSaysNothingOfTheScopeAround() {
		this.scopes.run(ScopeOptions.timeout(SECOND),
				(request) -> this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(300)), (attempt) -> {
					sent(attempt).answered(504, "caller");

					assertThat(SentDeadline.isSpent(attempt)).isTrue();
					assertThat(SentDeadline.isSpent(request)).isFalse();
				}));
	}

	@Test
	void deadlineThatIsMovedIsAnother() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SECOND));
		try (scope) {
			sent(scope).answered(504, "caller");
			scope.reschedule(Duration.ofSeconds(5));

			assertThat(SentDeadline.isSpent(scope)).isFalse();
		}
	}

	@Test
	void scopeWithoutADeadlineSendsNone() {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			assertThat(SentDeadline.of(scope)).isNull();
			assertThat(SentDeadline.isSpent(scope)).isFalse();
		});
	}

	@Test
	void whatHasPassedIsForgottenAndTheRestIsBounded() {
		for (int i = 0; i < 3 * SentDeadline.MOST; i++) {
			this.time.advance(Duration.ofNanos(1));
			this.scopes.run(ScopeOptions.timeout(SECOND), (scope) -> {
				sent(scope).answered(504, "caller");
				assertThat(SentDeadline.isSpent(scope)).isTrue();
			});
		}
		assertThat(SentDeadline.known()).isLessThanOrEqualTo(SentDeadline.MOST);

		this.time.advance(SECOND.multipliedBy(2));
		int before = SentDeadline.known();
		this.scopes.run(ScopeOptions.timeout(SECOND), (scope) -> sent(scope).answered(504, "caller"));
		assertThat(SentDeadline.known()).as("what has passed is forgotten").isLessThan(Math.max(2, before));
		this.time.advance(SECOND.multipliedBy(2));
	}

	private static SentDeadline sent(CancelScope scope) {
		return Objects.requireNonNull(SentDeadline.of(scope));
	}

}
