package io.cancelscope.spring.redis;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which commands wait at the server.
 */
class CommandKindTests {

	/** A new one that begins with a B and is a pop or a move belongs into the list. */
	@Test
	void allThatBlockAreKnown() {
		Set<String> blocking = Stream.of(CommandType.values())
			.map(CommandType::toString)
			.filter((name) -> CommandKind.of(name) == CommandKind.BLOCKING)
			.collect(Collectors.toSet());

		assertThat(blocking).contains("BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX",
				"BZMPOP", "XREAD", "XREADGROUP");
		assertThat(
				Stream.of(CommandType.values()).map(CommandType::toString).filter((name) -> name.matches("B[LRZ].*")))
			.allSatisfy((name) -> assertThat(blocking).contains(name));
	}

	@Test
	void namesComeInAnyCase() {
		assertThat(CommandKind.of("blpop")).isEqualTo(CommandKind.BLOCKING);
		assertThat(CommandKind.of("Discard")).isEqualTo(CommandKind.EXEMPT);
		assertThat(CommandKind.of("get")).isEqualTo(CommandKind.ORDINARY);
	}

}
