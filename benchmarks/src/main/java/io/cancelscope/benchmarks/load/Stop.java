package io.cancelscope.benchmarks.load;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScopes;
import io.cancelscope.benchmarks.load.Marks.What;
import io.cancelscope.benchmarks.report.Figures;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * How soon after the deadline what a request has begun is over. Each request asks a peer
 * that doesn't answer, a database that takes its time, and waits for nothing, all three
 * at once. What nobody stops goes on for {@link #HANGING}.
 */
public final class Stop {

	private static final List<Subject> SUBJECTS = List.of(Subject.CANCEL_SCOPE, Subject.BOOT, Subject.INVOKE_ALL,
			Subject.TIME_LIMITER);

	private static final Duration BUDGET = Duration.ofMillis(300);

	private static final Duration HANGING = Duration.ofSeconds(2);

	private static final Duration BETWEEN = Duration.ofMillis(60);

	private static final int CONNECTIONS = 45;

	private Stop() {
	}

	/**
	 * Measures.
	 * @param args how many rounds, how many requests in each (as many come before, and
	 * don't count), the file for the figures, and {@code quick} or {@code full}
	 */
	public static void main(String... args) {
		int requests = Integer.parseInt(args[1]);
		List<Subject> subjects = Subject.chosen(SUBJECTS, args[3].equals("quick"));
		Figures figures = new Figures();
		int status = 1;
		try (EmbeddedPostgres database = Database.start()) {
			// Who comes first has what all share compiled for the others.
			measure(subjects.get(0), 2 * requests, database);
			for (int round = 0; round < Integer.parseInt(args[0]); round++) {
				for (Subject subject : Subject.inTurn(subjects, round)) {
					add(figures, subject, measure(subject, 2 * requests, database), requests);
				}
				figures.add("Stop.load-average", "threads",
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

	private static Marks measure(Subject subject, int requests, EmbeddedPostgres database) throws Exception {
		Marks marks = new Marks(requests);
		boolean timeouts = subject == Subject.BOOT || subject == Subject.INVOKE_ALL;
		QueryWatch watch = new QueryWatch(database.getPostgresDatabase().getConnection(),
				(id) -> marks.over(What.QUERY, id, System.nanoTime()));
		try (watch;
				Peer peer = new Peer((id) -> marks.over(What.CONNECTION, id, System.nanoTime()));
				Server server = Server.start(subject, BUDGET, CONNECTIONS, timeouts, database, (context) -> {
					GenericApplicationContext beans = (GenericApplicationContext) context;
					beans.registerBean("clock", FilterRegistrationBean.class, () -> clock(marks));
					beans.registerBean(Trips.class, () -> new Trips(subject, marks, beans, peer, timeouts));
				})) {
			awaitFull(server.context().getBean(HikariDataSource.class));
			HttpClient client = HttpClient.newHttpClient();
			long start = System.nanoTime();
			for (int i = 0; i < requests; i++) {
				int id = i;
				LockSupport.parkNanos(start + BETWEEN.toNanos() * i - System.nanoTime());
				client
					.sendAsync(HttpRequest.newBuilder(URI.create(server.address() + "/trips/" + id)).build(),
							HttpResponse.BodyHandlers.discarding())
					.thenAccept((answer) -> {
						if (answer.statusCode() != HttpStatus.GATEWAY_TIMEOUT.value()) {
							throw new IllegalStateException(subject + " answered " + answer.statusCode());
						}
						marks.over(What.ANSWER, id, System.nanoTime());
					});
			}
			awaitEnds(subject, marks, requests);
		}
		return marks;
	}

	private static void awaitFull(HikariDataSource pool) throws SQLException {
		pool.getConnection().close();
		while (pool.getHikariPoolMXBean().getIdleConnections() < CONNECTIONS) {
			LockSupport.parkNanos(10_000_000);
		}
	}

	/** Sees a request first, and keeps a timer of its own for each. */
	private static FilterRegistrationBean<Filter> clock(Marks marks) {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
		FilterRegistrationBean<Filter> clock = new FilterRegistrationBean<>((request, response, chain) -> {
			long due = System.nanoTime() + BUDGET.toNanos();
			String path = ((HttpServletRequest) request).getRequestURI();
			int id = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
			marks.due(id, due);
			timer.schedule(() -> marks.over(What.TIMER, id, System.nanoTime()), due - System.nanoTime(),
					TimeUnit.NANOSECONDS);
			chain.doFilter(request, response);
		});
		clock.setOrder(Ordered.HIGHEST_PRECEDENCE);
		return clock;
	}

	/**
	 * A call or a query that was stopped before it got through was never seen, so it
	 * can't be seen to end; where there are more than a few, something is wrong.
	 */
	private static void awaitEnds(Subject subject, Marks marks, int requests) {
		long latest = System.nanoTime() + Duration.ofSeconds(15).toNanos();
		for (What what : What.values()) {
			int allowed = (what == What.QUERY || what == What.CONNECTION) ? requests / 50 : 0;
			while (missing(what, marks, requests) > allowed) {
				if (System.nanoTime() - latest > 0) {
					throw new IllegalStateException(subject + ": " + missing(what, marks, requests) + " of " + requests
							+ " requests have no " + what + " after 15 seconds");
				}
				LockSupport.parkNanos(10_000_000);
			}
		}
	}

	private static int missing(What what, Marks marks, int requests) {
		int missing = 0;
		for (int id = requests / 2; id < requests; id++) {
			missing += marks.isOver(what, id) ? 0 : 1;
		}
		return missing;
	}

	private static void add(Figures figures, Subject subject, Marks marks, int warmUp) {
		for (What what : What.values()) {
			double[] late = marks.late(what, warmUp);
			String name = "Stop." + what.name().toLowerCase(Locale.ROOT) + "/" + subject.id() + ".";
			figures.add(name + "p50", "ms", part(late, 50));
			figures.add(name + "p90", "ms", part(late, 90));
			figures.add(name + "p99", "ms", part(late, 99));
			figures.add(name + "max", "ms", part(late, 100));
		}
		double[] threads = marks.late(What.THREADS, warmUp);
		System.out.printf("%s: threads are back after %.1f ms, 99 %% after %.1f ms%n", subject.id(), part(threads, 50),
				part(threads, 99));
	}

	/** The least value that so many percent are not above. */
	private static double part(double[] sorted, int percent) {
		return sorted[Math.max(0, (sorted.length * percent + 99) / 100 - 1)];
	}

	/** What the application does. */
	@RestController
	static class Trips implements AutoCloseable {

		private final Workers workers;

		private final FanOut fanOut;

		private final Errands errands;

		Trips(Subject subject, Marks marks, GenericApplicationContext beans, Peer peer, boolean timeouts) {
			this.workers = new Workers(marks::threadIsBack);
			ObjectProvider<CancelScopes> scopes = beans.getBeanProvider(CancelScopes.class);
			this.fanOut = FanOut.of(subject, BUDGET, this.workers, scopes.getIfAvailable());
			RestClient http = beans.getBean(RestClient.Builder.class).baseUrl(peer.address()).build();
			this.errands = new Errands(http, beans.getBean(JdbcTemplate.class), (timeouts) ? BUDGET : HANGING);
		}

		@GetMapping("/trips/{id}")
		ResponseEntity<String> find(@PathVariable int id) throws Exception {
			try {
				this.fanOut.run(List.of(errand(id, () -> this.errands.ask(id, HANGING)),
						errand(id, () -> this.errands.query(id, HANGING)),
						errand(id, () -> this.errands.await(HANGING))));
				return ResponseEntity.ok("found");
			}
			catch (TimeoutException ex) {
				return ResponseEntity.status(HttpStatus.GATEWAY_TIMEOUT).build();
			}
		}

		private Callable<@Nullable Void> errand(int id, Errand errand) {
			return () -> {
				this.workers.serve(id);
				errand.run();
				return null;
			};
		}

		@Override
		public void close() {
			this.workers.shutdownNow();
		}

		interface Errand {

			void run() throws Exception;

		}

	}

}
