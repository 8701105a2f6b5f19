package io.cancelscope.demo;

import java.io.Serial;
import java.util.Arrays;
import java.util.List;

/**
 * What was asked for on the command line.
 *
 * @param help whether to print how to use it
 * @param examples whether to play the examples instead of starting the web server
 * @param compare whether to run the same search with scopes and without, instead
 * @param speed how many times faster than real time the examples play
 */
record CommandLine(boolean help, boolean examples, boolean compare, double speed) {

	static final String USAGE = """
			Usage: java -jar demo-app.jar [options]
			  (no option)          starts the trip desk on port 8080
			  --server.port=9090   starts it elsewhere; any other --property.of.spring=value works too
			  --management.server.port=9091
			                       puts its actuator there, instead of on port 8081
			  --examples           plays the four examples, prints their lines and ends
			  --speed=20           with --examples: plays them so many times faster, from 0.1 to 100
			  --compare            runs one search with scopes and without, tells what keeps running, and ends
			  --help               prints this""";

	private static final double SLOWEST = 0.1;

	private static final double FASTEST = 100;

	/** Answers whether these arguments are all for Spring. Wrong ones are not. */
	static boolean isForServer(String[] args) {
		return Arrays.stream(args).allMatch(CommandLine::isForSpring);
	}

	static CommandLine parse(String[] args) {
		List<String> options = List.of(args);
		boolean help = false;
		boolean examples = options.contains("--examples");
		boolean compare = options.contains("--compare");
		double speed = 1;
		for (String option : options) {
			if (option.equals("--help") || option.equals("-h")) {
				help = true;
			}
			else if (option.equals("--speed") || option.startsWith("--speed=")) {
				speed = speed(option);
				if (!examples) {
					throw new UsageException("--speed is for --examples: the trip desk runs in real time.");
				}
			}
			else if ((examples || compare) && isForSpring(option)) {
				throw new UsageException("'" + option + "' is for the trip desk, which "
						+ (examples ? "--examples" : "--compare") + " doesn't open; leave one of them out.");
			}
			else if (!option.equals("--examples") && !option.equals("--compare") && !isForSpring(option)) {
				throw new UsageException("Unknown option '" + option + "'.");
			}
		}
		if (examples && compare) {
			throw new UsageException("--examples and --compare are two things: choose one.");
		}
		return new CommandLine(help, examples, compare, speed);
	}

	private static double speed(String option) {
		String value = option.substring(Math.min(option.length(), "--speed=".length()));
		try {
			double speed = Double.parseDouble(value);
			if (speed >= SLOWEST && speed <= FASTEST) {
				return speed;
			}
		}
		catch (NumberFormatException ex) {
			// Answered below, like a number out of range.
		}
		throw new UsageException("'" + value + "' is no speed: write a number from 0.1 to 100, such as --speed=20.");
	}

	/** Spring's own options have a dot in their name, but for two. */
	private static boolean isForSpring(String option) {
		return option.matches("--[A-Za-z][\\w-]*(\\.[\\w\\[\\]-]+)+(=.*)?") || option.matches("--(debug|trace)(=.*)?");
	}

	/** Says what is wrong with the command line, and how to use it. */
	static final class UsageException extends RuntimeException {

		@Serial
		private static final long serialVersionUID = 1L;

		UsageException(String message) {
			super(message + System.lineSeparator() + USAGE);
		}

	}

}
