package io.cancelscope.demo.chain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Starts a database, a slow peer and the three services, leaves each request alone after
 * a while, and measures how long its work goes on for nobody: with cancel-scope and
 * without.
 */
public final class Chain {

	/** So that classes are loaded and connections made before anything counts. */
	private static final int WARM_UP = 12;

	private static final int LONGEST_WARM_UP = 40;

	private final int times;

	private final @Nullable Path picture;

	private final Consumer<String> out;

	private final Ledger ledger = new Ledger();

	private Chain(int times, @Nullable Path picture, Consumer<String> out) {
		this.times = times;
		this.picture = picture;
		this.out = out;
	}

	/**
	 * Measures and prints; takes about two minutes for 20 times.
	 * @param times how often each cause is tried, with and without
	 * @param picture the file for a drawing of one run, if any
	 * @param out where the lines go
	 */
	public static void run(int times, @Nullable Path picture, Consumer<String> out) throws InterruptedException {
		if (picture != null && !Files.isDirectory(picture.toAbsolutePath().resolveSibling("."))) {
			throw new ChainException("Cannot write the picture '" + picture + "': its directory does not exist.");
		}
		// Logback would print all of what the embedded database logs.
		LoggingSystem logging = LoggingSystem.get(Chain.class.getClassLoader());
		logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.OFF);
		Chain chain = new Chain(times, picture, out);
		// Otherwise whoever ends the program reads that the database is gone.
		Runtime.getRuntime()
			.addShutdownHook(new Thread(() -> chain.ledger.fail(new ChainException("Ended before all was measured."))));
		chain.run();
	}

	private void run() throws InterruptedException {
		this.out.accept("HTTP → gRPC → gRPC → SQL and HTTP: three services, each in a process of its own. The query"
				+ " takes 2 s, and the HTTP peer as long.");
		try (Database database = Database.start();
				Peer peer = Peer.start(this.ledger);
				QueryWatch watch = QueryWatch.start(database.source(), this.ledger)) {
			watch.awaitFirst();
			Map<Cause, List<Run>> with = measure(true, database, peer);
			Map<Cause, List<Run>> without = measure(false, database, peer);
			Results results = new Results(with, without);
			results.table().forEach(this.out);
			if (this.picture != null) {
				draw(results, this.picture);
			}
			this.out.accept("");
			this.out.accept(results.summary());
		}
		catch (IOException | SQLException ex) {
			throw new ChainException("The database does not end: " + ex.getMessage() + ".", ex);
		}
	}

	private Map<Cause, List<Run>> measure(boolean withScopes, Database database, Peer peer)
			throws InterruptedException {
		this.out.accept("");
		this.out.accept((withScopes ? "With cancel-scope" : "Without cancel-scope") + ": starting the services …");
		try (Services services = Services.start(withScopes, database, peer, this.ledger)) {
			Client client = new Client(services, withScopes, this.ledger);
			this.out.accept("  warming up …");
			warmUp(client, withScopes);
			Map<Cause, List<Run>> runs = new EnumMap<>(Cause.class);
			for (Cause cause : Cause.values()) {
				this.out.accept("  " + cause.label() + ", " + this.times + " times …");
				runs.put(cause, measure(client, cause));
			}
			return runs;
		}
	}

	/**
	 * Without scopes each run takes two seconds, and one that is quick enough will do.
	 */
	private void warmUp(Client client, boolean withScopes) throws InterruptedException {
		int good = 0;
		for (int i = 0; i < LONGEST_WARM_UP && good < (withScopes ? Math.min(WARM_UP, this.times) : 1); i++) {
			good += (client.run(Cause.LEAVES) != null) ? 1 : 0;
			if (withScopes) {
				client.run(Cause.BUDGET);
			}
		}
	}

	private List<Run> measure(Client client, Cause cause) throws InterruptedException {
		List<Run> runs = new ArrayList<>();
		int late = 0;
		while (runs.size() < this.times) {
			Run run = client.run(cause);
			if (run != null) {
				runs.add(run);
			}
			else if (++late > 10 + 2 * this.times) {
				throw new ChainException("This machine is too busy: in " + late + " of " + (late + runs.size())
						+ " runs the request had not reached the query and the peer within "
						+ Cause.BUDGET.after().toMillis() + " ms.");
			}
		}
		if (late > 0) {
			this.out.accept("  " + late + " more did not count: the query or the peer was not reached in time");
		}
		return runs;
	}

	private void draw(Results results, Path file) {
		try {
			Files.writeString(file, new Picture(results).svg());
			this.out.accept("");
			this.out.accept("A run of each is drawn in " + file.toAbsolutePath());
		}
		catch (IOException ex) {
			throw new ChainException("Cannot write the picture '" + file + "': " + ex.getMessage() + ".", ex);
		}
	}

}
