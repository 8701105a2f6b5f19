package io.cancelscope.demo;

import java.io.Serial;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param help whether to print how to use it
 * @param examples whether to play the examples instead of starting the web server
 * @param compare whether to run the same search with scopes and without, instead
 * @param speed how many times faster than real time the examples play
 * @param chain how often the chain of three services runs instead; 0 if not at all
 * @param picture the file for a picture of the chain
 * @param nodes how many desks start instead of one; 0 for one
 * @param port the port of the first of them
 */
record CommandLine(boolean help, boolean examples, boolean compare, double speed, int chain, @Nullable Path picture,
		int nodes, int port) {

	static final String USAGE = """
			Usage: java -jar demo-app.jar [options]
			  (no option)          starts the trip desk on port 8080
			  --server.port=9090   starts it elsewhere; any other --property.of.spring=value works too
			  --management.server.port=9091
			                       puts its actuator there, instead of on port 8081
			  --examples           plays the four examples, prints their lines and ends
			  --speed=20           with --examples: plays them so many times faster, from 0.1 to 100
			  --compare            runs one search with scopes and without, tells what keeps running, and ends
			  --chain              starts three services (HTTP, gRPC, gRPC with SQL), leaves requests alone,
			                       tells how long their work goes on, and ends; --chain=5 for fewer runs than 20
			  --picture=chain.svg  with --chain: draws one run
			  --nodes=3            starts three trip desks with one database, on ports 8080, 8081 and 8082, each of
			                       which shows and stops the work of all; --server.port=9090 moves all
			  --help               prints this""";

	private static final int CHAIN_RUNS = 20;

	private static final int MOST_CHAIN_RUNS = 1000;

	private static final int NODES = 3;

	private static final int MOST_NODES = 9;

	private static final int PORT = 8080;

	private static final int LAST_PORT = 65_535;

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
		boolean chain = options.stream().anyMatch((option) -> is("--chain", option));
		boolean nodes = options.stream().anyMatch((option) -> is("--nodes", option));
		double speed = 1;
		int runs = 0;
		Path picture = null;
		int desks = 0;
		int port = PORT;
		for (String option : options) {
			if (option.equals("--help") || option.equals("-h")) {
				help = true;
			}
			else if (is("--speed", option)) {
				speed = speed(option);
				if (!examples) {
					throw new UsageException("--speed is for --examples: the trip desk runs in real time.");
				}
			}
			else if (is("--chain", option)) {
				runs = runs(option);
			}
			else if (is("--picture", option)) {
				picture = picture(option);
				if (!chain) {
					throw new UsageException("--picture is for --chain: nothing else can be drawn.");
				}
			}
			else if (is("--nodes", option)) {
				desks = nodes(option);
			}
			else if (nodes && is("--server.port", option)) {
				port = port(option);
			}
			else if (nodes && isForSpring(option)) {
				throw new UsageException("'" + option + "' is for one trip desk: --nodes takes --server.port alone.");
			}
			else if ((examples || compare || chain) && isForSpring(option)) {
				throw new UsageException("'" + option + "' is for the trip desk, which " + mode(examples, compare)
						+ " doesn't open; leave one of them out.");
			}
			else if (!option.equals("--examples") && !option.equals("--compare") && !isForSpring(option)) {
				throw new UsageException("Unknown option '" + option + "'.");
			}
		}
		if (Stream.of(examples, compare, chain, nodes).filter(Boolean::booleanValue).count() > 1) {
			throw new UsageException("--examples, --compare, --chain and --nodes are different things: choose one.");
		}
		if (port + desks - 1 > LAST_PORT) {
			throw new UsageException(
					"There are no " + desks + " ports from " + port + " on: the last one is " + LAST_PORT + ".");
		}
		return new CommandLine(help, examples, compare, speed, runs, picture, desks, port);
	}

	private static String mode(boolean examples, boolean compare) {
		if (examples) {
			return "--examples";
		}
		return compare ? "--compare" : "--chain";
	}

	/** Answers whether this is the option of that name, with a value or without. */
	private static boolean is(String name, String option) {
		return option.equals(name) || option.startsWith(name + "=");
	}

	private static String value(String option) {
		return option.contains("=") ? option.substring(option.indexOf('=') + 1) : "";
	}

	private static int runs(String option) {
		if (option.equals("--chain")) {
			return CHAIN_RUNS;
		}
		String value = value(option);
		try {
			int runs = Integer.parseInt(value);
			if (runs >= 1 && runs <= MOST_CHAIN_RUNS) {
				return runs;
			}
		}
		catch (NumberFormatException ex) {
			// Answered below, like a number out of range.
		}
		throw new UsageException("'" + value + "' is no number of runs: write one from 1 to " + MOST_CHAIN_RUNS
				+ ", such as --chain=5.");
	}

	private static int nodes(String option) {
		if (option.equals("--nodes")) {
			return NODES;
		}
		return number(option, "number of desks", 1, MOST_NODES, "--nodes=3");
	}

	private static int port(String option) {
		return number(option, "port", 1, LAST_PORT, "--server.port=9090");
	}

	private static int number(String option, String what, int least, int most, String example) {
		String value = value(option);
		try {
			int number = Integer.parseInt(value);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// Answered below, like a number out of range.
		}
		throw new UsageException("'" + value + "' is no " + what + ": write one from " + least + " to " + most
				+ ", such as " + example + ".");
	}

	private static Path picture(String option) {
		String value = value(option);
		try {
			if (!value.isBlank()) {
				return Path.of(value);
			}
		}
		catch (InvalidPathException ex) {
			// Answered below, like a blank name.
		}
		throw new UsageException("'" + value + "' is no file: write its name, such as --picture=chain.svg.");
	}

	private static double speed(String option) {
		String value = value(option);
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
