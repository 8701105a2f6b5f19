package io.cancelscope.demo;

import java.io.PrintStream;

import io.cancelscope.demo.CommandLine.UsageException;
import io.cancelscope.demo.example.Examples;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * Starts the trip desk, or plays the examples.
 */
@SpringBootApplication
@EnableAsync
public class DemoApplication {

	static final int FINE = 0;

	static final int WRONG_USAGE = 2;

	public static void main(String[] args) {
		if (CommandLine.isForServer(args)) {
			SpringApplication.run(DemoApplication.class, args);
		}
		else {
			System.exit(runWithoutServer(args, System.out, System.err));
		}
	}

	/** Does what the arguments ask for and returns the exit code. */
	static int runWithoutServer(String[] args, PrintStream out, PrintStream err) {
		try {
			CommandLine line = CommandLine.parse(args);
			if (line.help()) {
				out.println(CommandLine.USAGE);
			}
			else {
				Examples.play(line.speed(), out::println, err::println);
			}
			return FINE;
		}
		catch (UsageException ex) {
			err.println(ex.getMessage());
			return WRONG_USAGE;
		}
	}

}
