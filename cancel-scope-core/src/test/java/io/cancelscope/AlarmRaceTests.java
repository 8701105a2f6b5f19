package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@link AlarmMeetingTests} does in every order, on the library's own timer and by
 * luck.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AlarmRaceTests {

	private static final Duration HOUR = Duration.ofHours(1);

	@Test
	void callbackMeetsAnEarlierDeadlineOnTheSystemsTime() throws Exception {
		// onCancel | reschedule, on the library's own timer
		CancelScopes scopes = CancelScopes.create();
		AtomicInteger expected = new AtomicInteger();
		AtomicInteger calls = new AtomicInteger();
		List<OpenScope> open = new ArrayList<>();
		try (Races races = new Races()) {
			races.race(() -> {
				OpenScope scope = scopes.openUnbound(ScopeOptions.timeout(HOUR));
				open.add(scope);
				Callable<Boolean> register = () -> {
					scope.onCancel((reason) -> calls.incrementAndGet());
					return true;
				};
				return new Races.Run(register, () -> scope.reschedule(Deadline.after(Duration.ofMillis(300))),
						(registered, moved) -> expected.addAndGet(moved ? 1 : 0));
			});

			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(calls).hasValueGreaterThanOrEqualTo(expected.get()));
		}
		finally {
			open.forEach(OpenScope::close);
		}
		assertThat(calls).hasValue(expected.get());
	}

}
