package io.cancelscope.demo.supplier;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonValue;
import io.cancelscope.demo.problem.Problems;

/**
 * How a supplier behaves when it is asked.
 */
public enum Behaviour {

	/** Answers after 40 ms, unless told a latency. */
	FAST(Duration.ofMillis(40)),

	/** Answers after 2 s, unless told a latency. */
	SLOW(Duration.ofSeconds(2)),

	/** Says nothing, and gives up after 30 s. */
	HANGING(Duration.ofSeconds(30)),

	/** Answers that it can't, after 40 ms unless told a latency. */
	FAILING(Duration.ofMillis(40));

	private final Duration usualLatency;

	Behaviour(Duration usualLatency) {
		this.usualLatency = usualLatency;
	}

	/** Returns how long it takes unless told otherwise. */
	public Duration usualLatency() {
		return this.usualLatency;
	}

	@JsonValue
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** Finds the behaviour of that name. */
	public static Behaviour of(String name) {
		return Arrays.stream(values())
			.filter((behaviour) -> behaviour.toString().equalsIgnoreCase(name))
			.findFirst()
			.orElseThrow(() -> Problems.badRequest("Unknown behaviour",
					"A supplier can't be " + Problems.quote(name) + ". It can be "
							+ Arrays.stream(values()).map(Behaviour::toString).collect(Collectors.joining(", "))
							+ "."));
	}

}
