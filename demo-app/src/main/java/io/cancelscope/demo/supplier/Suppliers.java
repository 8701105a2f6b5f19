package io.cancelscope.demo.supplier;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.cancelscope.demo.problem.Problems;

import org.springframework.stereotype.Component;

/**
 * The suppliers there are, and what each is set to at the moment.
 */
@Component
public class Suppliers {

	private static final Map<String, Setting> AT_FIRST = Map.of( //
			"aurora", new Setting(Behaviour.FAST, Duration.ofMillis(40)), //
			"borealis", new Setting(Behaviour.FAST, Duration.ofMillis(90)), //
			"cumulus", new Setting(Behaviour.FAST, Duration.ofMillis(300)), //
			"delta", new Setting(Behaviour.SLOW, Duration.ofMillis(550)), //
			"eos", new Setting(Behaviour.SLOW, Duration.ofSeconds(2)));

	private final Map<String, Setting> settings = Collections.synchronizedMap(new TreeMap<>(AT_FIRST));

	/** Returns the names of all, in alphabetical order. */
	public List<String> names() {
		synchronized (this.settings) {
			return List.copyOf(this.settings.keySet());
		}
	}

	/** Returns the name as it is written here, or fails if there is no such supplier. */
	public String known(String name) {
		String known = name.toLowerCase(Locale.ROOT);
		if (!AT_FIRST.containsKey(known)) {
			throw Problems.badRequest("Unknown supplier",
					Problems.quote(name) + " is no supplier. The suppliers are " + String.join(", ", names()) + ".");
		}
		return known;
	}

	Setting setting(String known) {
		return Objects.requireNonNull(this.settings.get(known), known);
	}

	void set(String known, Setting setting) {
		this.settings.put(known, setting);
	}

	void reset(String known) {
		this.settings.put(known, Objects.requireNonNull(AT_FIRST.get(known), known));
	}

}
