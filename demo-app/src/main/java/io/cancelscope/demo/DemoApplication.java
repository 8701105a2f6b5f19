package io.cancelscope.demo;

import java.io.PrintStream;
import java.util.concurrent.ExecutionException;

import io.cancelscope.demo.CommandLine.UsageException;
import io.cancelscope.demo.chain.Chain;
import io.cancelscope.demo.chain.ChainException;
import io.cancelscope.demo.chain.ChainService;
import io.cancelscope.demo.example.Examples;
import io.cancelscope.demo.live.Comparison;
import io.cancelscope.demo.nodes.Nodes;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * Starts the trip desk, or plays the examples.
 */
@SpringBootApplication
@EnableAsync
public class DemoApplication {

	static final int FINE = 0;

	static final int FAILED = 1;

	static final int WRONG_USAGE = 2;

	public static void main(String[] args) {
		if (ChainService.isMeant(args)) {
			ChainService.run(args);
		}
		else if (CommandLine.isForServer(args)) {
			SpringApplication.run(DemoApplication.class, args);
		}
		else {
			System.exit(runWithoutServer(args, System.out, System.err));
		}
	}

	/** On a port that nobody knows, and without a word of its own. */
	private static void compare(PrintStream out) {
		SpringApplication desk = new SpringApplication(DemoApplication.class);
		desk.setLogStartupInfo(false);
		ConfigurableApplicationContext context = desk.run("--server.port=0", "--management.server.port=-1",
				"--desk.invites=false", "--logging.level.root=warn");
		try (context) {
			context.getBean(Comparison.class).run(out::println);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("The search failed", ex);
		}
	}

	/** Runs what starts other processes, and says why if one of them fails. */
	private static int withProcesses(WithProcesses work, PrintStream err) {
		try {
			work.run();
			return FINE;
		}
		catch (ChainException ex) {
			err.println(ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return FAILED;
	}

	/** Does what the arguments ask for and returns the exit code. */
	static int runWithoutServer(String[] args, PrintStream out, PrintStream err) {
		try {
			CommandLine line = CommandLine.parse(args);
			if (line.help()) {
				out.println(CommandLine.USAGE);
			}
			else if (line.compare()) {
				compare(out);
			}
			else if (line.chain() > 0) {
				return withProcesses(() -> Chain.run(line.chain(), line.picture(), out::println), err);
			}
			else if (line.nodes() > 0) {
				return withProcesses(() -> Nodes.run(line.nodes(), line.port(), out::println), err);
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

	private interface WithProcesses {

		void run() throws InterruptedException;

	}

}
