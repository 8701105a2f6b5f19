package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * When the calls of a server that stops are cancelled: as long before the end of its
 * grace period as cancelled calls may take for their answers, and not before half of it.
 */
final class ShutdownMoment {

	/** Spring Boot's, whose type is not on the class path of this module. */
	static final String GRACE_PERIOD = "spring.grpc.server.shutdown.grace-period";

	private static final String USUAL_GRACE_PERIOD = "30s";

	private static final String AWAIT = "cancel-scope.shutdown.await";

	private static final String USUAL_AWAIT = "2s";

	private ShutdownMoment() {
	}

	/**
	 * Returns the time from the beginning of the shutdown.
	 * @param environment has the properties
	 * @return the time; zero for a server that does not wait, {@code null} for one that
	 * waits for its calls without a limit
	 */
	static @Nullable Duration find(Environment environment) {
		Duration grace = DurationStyle.detectAndParse(environment.getProperty(GRACE_PERIOD, USUAL_GRACE_PERIOD),
				ChronoUnit.SECONDS);
		return grace.isNegative() ? null
				: of(grace, DurationStyle.detectAndParse(environment.getProperty(AWAIT, USUAL_AWAIT)));
	}

	private static Duration of(Duration grace, Duration await) {
		Duration half = grace.dividedBy(2);
		return grace.minus((await.compareTo(half) < 0) ? await : half);
	}

}
