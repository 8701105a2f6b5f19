package io.cancelscope.benchmarks.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

import io.cancelscope.benchmarks.report.Figures;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;

import org.springframework.context.support.GenericApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * How many clients get an answer they still wait for when more come than can be served,
 * and what is done for those who are gone. A request asks a peer, holds one of eight
 * connections for a while, waits for a latch, and writes a page.
 */
public final class Overload {

	private static final List<Subject> SUBJECTS = List.of(Subject.CANCEL_SCOPE, Subject.BOOT, Subject.SHORT_QUEUE,
			Subject.TIME_LIMITER);

	private static final Map<String, Double> LOADS = new TreeMap<>(
			Map.of("x0.5", 0.5, "x1", 1.0, "x2", 2.0, "x4", 4.0));

	private static final int CONNECTIONS = 8;

	private static final int REQUESTS = 200_000;

	/** Until queues are as long as they get. */
	private static final Duration RAMP = Duration.ofMillis(1000);

	private final EmbeddedPostgres database;

	private final Duration measured;

	private final List<Subject> subjects;

	private final Figures figures;

	private Overload(EmbeddedPostgres database, Duration measured, List<Subject> subjects, Figures figures) {
		this.database = database;
		this.measured = measured;
		this.subjects = subjects;
		this.figures = figures;
	}

	/**
	 * Measures.
	 * @param args how many rounds, how many seconds at each load, the file for the
	 * figures, and {@code quick} or {@code full}
	 */
	public static void main(String... args) {
		Duration measured = Duration.ofSeconds(Integer.parseInt(args[1]));
		List<Subject> subjects = Subject.chosen(SUBJECTS, args[3].equals("quick"));
		Figures figures = new Figures();
		int status = 1;
		try (EmbeddedPostgres database = Database.start()) {
			for (int round = 0; round < Integer.parseInt(args[0]); round++) {
				new Overload(database, measured, subjects, figures).measure(round);
				figures.add("Overload.load-average", "threads",
						ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
				figures.write(Path.of(args[2]));
			}
			status = 0;
		}
		catch (Exception ex) {
			ex.printStackTrace();
		}
		System.exit(status); // clients have threads that nobody can end
	}

	private void measure(int round) throws IOException {
		double capacity = capacity();
		this.figures.add("Overload.capacity", "1/s", capacity);
		Map<Subject, Double> atTwice = new HashMap<>();
		double peak = 0;
		for (Subject subject : Subject.inTurn(this.subjects, round)) {
			try (Running running = Running.start(subject, this.database)) {
				running.arrivals.come(2 * capacity, Duration.ofSeconds(2)); // warm-up
				running.arrivals.awaitEnd();
				for (Map.Entry<String, Double> load : LOADS.entrySet()) {
					double goodput = measure(running, load.getKey() + "/" + subject.id(), capacity * load.getValue());
					peak = Math.max(peak, goodput);
					if (load.getKey().equals("x2")) {
						atTwice.put(subject, goodput);
					}
				}
			}
		}
		for (Subject subject : this.subjects) {
			this.figures.add("Overload.lost/" + subject.id(), "%", 100 * (1 - atTwice.get(subject) / peak));
		}
	}

	/** Answers a second where there are always some who ask, but not too many. */
	private double capacity() throws IOException {
		try (Running running = Running.start(Subject.BOOT, this.database)) {
			running.arrivals.stay(3 * CONNECTIONS, Duration.ofSeconds(2));
			running.arrivals.awaitEnd();
			int first = running.arrivals.stay(3 * CONNECTIONS, Duration.ofSeconds(4));
			running.arrivals.awaitEnd();
			int last = running.arrivals.count();
			long answered = IntStream.range(first, last).filter(running.arrivals::isAnswered).count();
			return answered / 4.0;
		}
	}

	private double measure(Running running, String name, double perSecond) {
		Arrivals arrivals = running.arrivals;
		arrivals.come(perSecond, RAMP);
		Stalls stalls = new Stalls();
		int first = arrivals.come(perSecond, this.measured);
		int last = arrivals.count();
		add("stall/" + name, "ms", stalls.longest());
		arrivals.come(perSecond, Arrivals.PATIENCE); // the last ones are to have company
		arrivals.awaitEnd();
		double seconds = this.measured.toNanos() / 1e9;
		double goodput = IntStream.range(first, last).filter(arrivals::isAnswered).count() / seconds;
		Costs costs = running.costs;
		this.figures.add("Overload.goodput/" + name, "1/s", goodput);
		add("offered/" + name, "1/s", (last - first) / seconds);
		add("cpu-late/" + name, "ms/s", IntStream.range(first, last).mapToLong(costs::lateCpu).sum() / seconds / 1e6);
		add("cpu/" + name, "ms/s", IntStream.range(first, last).mapToLong(costs::cpu).sum() / seconds / 1e6);
		add("database-late/" + name, "ms/s",
				IntStream.range(first, last).mapToLong(costs::lateDatabase).sum() / seconds / 1e6);
		add("database-in-vain/" + name, "ms/s",
				IntStream.range(first, last).filter((id) -> !arrivals.isAnswered(id)).mapToLong(costs::database).sum()
						/ seconds / 1e6);
		add("database/" + name, "ms/s", IntStream.range(first, last).mapToLong(costs::database).sum() / seconds / 1e6);
		System.out.printf("%s: %.1f offered, %.1f answered in time%n", name, (last - first) / seconds, goodput);
		return goodput;
	}

	private void add(String name, String unit, double value) {
		this.figures.add("Overload." + name, unit, value);
	}

	/** The application, its peer, and its clients. */
	private record Running(Peer peer, Server server, Costs costs, Arrivals arrivals) implements AutoCloseable {

		static Running start(Subject subject, EmbeddedPostgres database) throws IOException {
			Peer peer = new Peer((id) -> {
			});
			Costs costs = new Costs(REQUESTS);
			Server server = Server.start(subject, Arrivals.PATIENCE, CONNECTIONS, true, database, (context) -> {
				GenericApplicationContext beans = (GenericApplicationContext) context;
				beans.registerBean(Errands.class, () -> {
					RestClient http = beans.getBean(RestClient.Builder.class).baseUrl(peer.address()).build();
					return new Errands(http, beans.getBean(JdbcTemplate.class), Arrivals.PATIENCE);
				});
				beans.registerBean(Bookings.Seats.class, () -> new Bookings.Seats(beans.getBean(Errands.class), costs));
				beans.registerBean(Bookings.class, () -> new Bookings(beans.getBean(Bookings.Seats.class)));
				beans.registerBean(Trips.class, () -> new Trips(subject, beans, costs));
			});
			return new Running(peer, server, costs, new Arrivals(server.address(), costs, REQUESTS));
		}

		@Override
		public void close() throws IOException {
			this.server.close();
			this.peer.close();
		}

	}

	/** What the application does. */
	@RestController
	static class Trips implements AutoCloseable {

		private final Errands errands;

		private final Bookings bookings;

		private final Costs costs;

		private final @Nullable TimeLimiter limiter;

		/** As many as Tomcat has. */
		private final ExecutorService threads = Executors.newFixedThreadPool(200);

		Trips(Subject subject, GenericApplicationContext beans, Costs costs) {
			this.errands = beans.getBean(Errands.class);
			this.bookings = beans.getBean(Bookings.class);
			this.costs = costs;
			this.limiter = (subject != Subject.TIME_LIMITER) ? null : TimeLimiter
				.of(TimeLimiterConfig.custom().timeoutDuration(Arrivals.PATIENCE).cancelRunningFuture(true).build());
		}

		@GetMapping("/trips/{id}")
		ResponseEntity<String> find(@PathVariable int id) throws Exception {
			try {
				if (this.limiter == null) {
					return ResponseEntity.ok(trip(id));
				}
				return ResponseEntity.ok(this.limiter
					.executeFutureSupplier(() -> CompletableFuture.supplyAsync(() -> trip(id), this.threads)));
			}
			catch (TimeoutException ex) {
				return ResponseEntity.status(HttpStatus.GATEWAY_TIMEOUT).build();
			}
			catch (DataAccessException | TransactionException | RestClientException ex) {
				return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).build();
			}
		}

		private String trip(int id) {
			try (Costs.Meter meter = this.costs.begin(id)) {
				this.errands.ask(id, Duration.ofMillis((id % 10 == 0) ? 250 : 30));
				meter.step();
				this.bookings.book(id);
				meter.step();
				this.errands.await(Duration.ofMillis(20));
				meter.step();
				return page(id);
			}
			catch (InterruptedException ex) {
				throw new CompletionException(ex);
			}
		}

		/** Some work for the processor. */
		private static String page(int id) {
			CRC32 sum = new CRC32();
			for (int i = 0; i < 20_000; i++) {
				sum.update(id + i);
			}
			return Long.toHexString(sum.getValue());
		}

		@Override
		public void close() {
			this.threads.shutdownNow();
		}

	}

}
