package io.cancelscope.spring.shutdown;

import java.util.Map;
import java.util.stream.Stream;

import io.cancelscope.spring.FakeClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The phase follows Spring Boot's, whatever they are.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownPhaseTests {

	@Test
	void usualPhaseIsThatOfTheVersionOnTheClassPath(CapturedOutput output) {
		int phase = ShutdownPhase.find(getClass().getClassLoader());

		assertThat(phase)
			.as("WebServerApplicationContext of Spring Boot has other phases than 4.0 and 4.1;"
					+ " in native images, scopes are cancelled too early or too late at shutdown")
			.isEqualTo(ShutdownPhase.USUAL);
		assertThat(output).doesNotContain("does not have");
	}

	@Test
	void nameOfTheClassWithThePhasesIsSpringBoots() {
		assertThat(ShutdownPhase.WEB_SERVER)
			.as("the class with the phases of Spring Boot's web server; without it, the phase is a guess")
			.isEqualTo(WebServerApplicationContext.class.getName());
	}

	@Test
	void withoutWebServerThePhaseIsTheUsualOne() {
		ClassLoader without = new FilteredClassLoader(WebServerApplicationContext.class);

		assertThat(ShutdownPhase.find(without)).isEqualTo(ShutdownPhase.USUAL);
	}

	@Test
	void phaseIsBetweenThoseOfAnotherVersion(CapturedOutput output) {
		Class<?> moved = FakeClass.withConstants("org.example.Moved",
				Map.of("GRACEFUL_SHUTDOWN_PHASE", 200, "START_STOP_LIFECYCLE_PHASE", 100));

		assertThat(ShutdownPhase.between(moved)).isBetween(101, 199);
		assertThat(output).doesNotContain("does not have");
	}

	@ParameterizedTest
	@MethodSource("unusable")
	void phasesThatLeaveNoPlaceAreNamed(Map<String, Integer> constants, CapturedOutput output) {
		Class<?> unusable = FakeClass.withConstants("org.example.Unusable", constants);

		assertThat(ShutdownPhase.between(unusable)).isEqualTo(ShutdownPhase.USUAL);

		assertThat(output).contains("org.example.Unusable does not have phases GRACEFUL_SHUTDOWN_PHASE >"
				+ " START_STOP_LIFECYCLE_PHASE: at shutdown, scopes may be cancelled while requests could still complete");
	}

	static Stream<Map<String, Integer>> unusable() {
		return Stream.of(Map.of("GRACEFUL", 200), Map.of("GRACEFUL_SHUTDOWN_PHASE", 200),
				Map.of("GRACEFUL_SHUTDOWN_PHASE", 100, "START_STOP_LIFECYCLE_PHASE", 200),
				Map.of("GRACEFUL_SHUTDOWN_PHASE", 101, "START_STOP_LIFECYCLE_PHASE", 100));
	}

}
