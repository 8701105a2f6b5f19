package io.cancelscope.demo.nodes;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

import io.cancelscope.Durations;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.demo.problem.Problems;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Begins imports on this desk, and tells what became of them.
 */
@RestController
@Profile("nodes")
class ImportController {

	private static final Duration LONGEST = Duration.ofMinutes(10);

	private final Imports imports;

	private final Executor threads;

	private final String node;

	/** By number; the last ones of this desk. */
	private final Map<Integer, String> states = new ConcurrentHashMap<>();

	ImportController(Imports imports, @Qualifier("applicationTaskExecutor") Executor threads,
			@Value("${cancel-scope.cluster.node}") String node) {
		this.imports = imports;
		this.threads = threads;
		this.node = node;
	}

	@PostMapping("/imports/{number}")
	@ResponseStatus(HttpStatus.ACCEPTED)
	Begun begin(@PathVariable int number, @RequestParam(defaultValue = "30s") String takes) {
		Duration duration = duration(takes);
		if ("running".equals(this.states.put(number, "running"))) {
			throw Problems.badRequest("Already running", "Import " + number + " is running on this desk.");
		}
		this.threads.execute(() -> run(number, duration));
		return new Begun(number, Imports.key(number), this.node, Durations.format(duration));
	}

	private static Duration duration(String takes) {
		try {
			Duration duration = DurationStyle.detectAndParse(takes);
			if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
				return duration;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Answered below, like a duration out of range.
		}
		throw Problems.badRequest("Not a duration",
				"'" + takes + "' is no duration from 0s to 10m. Write a number with a unit, such as 30s.");
	}

	private void run(int number, Duration takes) {
		String state = "failed";
		try {
			state = "done: " + this.imports.run(number, takes) + " lines";
		}
		catch (RuntimeException ex) {
			ScopeCancelledException cancelled = ScopeCancelledException.findIn(ex);
			state = (cancelled != null) ? "stopped: " + cancelled.reason().message() : "failed: " + ex.getMessage();
		}
		finally {
			this.states.put(number, state);
		}
	}

	@GetMapping("/imports/{number}")
	State state(@PathVariable int number) {
		String state = this.states.get(number);
		if (state == null) {
			throw Problems.notFound("No such import", "Import " + number + " was not begun on this desk.");
		}
		return new State(number, this.node, state);
	}

	@GetMapping("/imports")
	Queries queries() {
		return new Queries(this.imports.running());
	}

	/**
	 * An import has begun.
	 *
	 * @param number its number
	 * @param key what it is cancelled by
	 * @param node where it runs
	 * @param takes how long it takes
	 */
	record Begun(int number, String key, String node, String takes) {
	}

	/**
	 * What became of an import.
	 *
	 * @param number its number
	 * @param node where it runs or ran
	 * @param state a word, and more behind a colon
	 */
	record State(int number, String node, String state) {
	}

	/**
	 * What the database works on.
	 *
	 * @param running how many imports of all desks
	 */
	record Queries(int running) {
	}

}
