package io.cancelscope.spring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.TimeSource;

/**
 * How long the calls of scopes usually take, by the names of the scopes. Meant for names
 * that the application declares: their number is not limited. For features. Thread-safe.
 */
public final class UsualTimes {

	private final TimeSource time;

	private final Map<String, UsualTime> times = new ConcurrentHashMap<>();

	/**
	 * Creates an empty instance.
	 * @param time measures the calls
	 */
	public UsualTimes(TimeSource time) {
		this.time = time;
	}

	/**
	 * Returns what is known about the calls of a name.
	 * @param name the name of the scopes
	 * @return the same object for the same name
	 */
	public UsualTime of(String name) {
		return this.times.computeIfAbsent(name, (key) -> new UsualTime(this.time));
	}

}
