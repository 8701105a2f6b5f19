package io.cancelscope.demo.live;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.demo.supplier.Suppliers;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.MediaType;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * A hundred searches at once, with scopes or without: who is answered within the budget,
 * and what is busy how long.
 */
@RestController
class LoadController implements DisposableBean {

	static final int SEARCHES = 100;

	private static final long BETWEEN_GAUGES = 100;

	private static final int OTHERS = 10;

	private static final Duration COMPUTING = Duration.ofMillis(10);

	private final WatchedSearch search;

	private final PlainSearch plain;

	private final Errand errand;

	private final Suppliers suppliers;

	private final HikariDataSource pool;

	private final ObjectWriter json;

	private final ExecutorService travellers = Executors.newCachedThreadPool(new CustomizableThreadFactory("load-"));

	LoadController(WatchedSearch search, PlainSearch plain, Errand errand, Suppliers suppliers, HikariDataSource pool,
			JsonMapper json) {
		this.search = search;
		this.plain = plain;
		this.errand = errand;
		this.suppliers = suppliers;
		this.pool = pool;
		this.json = json.writer().without(SerializationFeature.INDENT_OUTPUT);
	}

	@GetMapping(path = "/load/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	StreamingResponseBody load(@RequestParam Map<String, String> asked, HttpServletResponse response) {
		Order order = Order.of(asked, this.suppliers.names());
		boolean scoped = !"plain".equals(asked.get("kind"));
		return (out) -> run(order, scoped, response);
	}

	private void run(Order order, boolean scoped, HttpServletResponse response) throws IOException {
		Timeline timeline = new Timeline();
		AtomicInteger busy = new AtomicInteger();
		List<CompletableFuture<?>> begun = new ArrayList<>();
		for (int i = 0; i < SEARCHES; i++) {
			int dot = i;
			busy.incrementAndGet();
			begun.add(CompletableFuture.supplyAsync(() -> search(order, scoped, dot, timeline), this.travellers)
				.thenCompose((rest) -> rest)
				.whenComplete((nothing, failure) -> busy.decrementAndGet()));
			if (i % (SEARCHES / OTHERS) == 0) {
				begun.add(CompletableFuture.runAsync(() -> compute(timeline), this.travellers));
			}
		}
		CompletableFuture<?> all = CompletableFuture.allOf(begun.toArray(CompletableFuture<?>[]::new));
		this.travellers.execute(() -> gauge(all, busy, timeline));
		new EventStream(response, this.json).send(timeline, () -> true);
	}

	private CompletableFuture<?> search(Order order, boolean scoped, int dot, Timeline timeline) {
		double began = timeline.millis();
		try {
			Answer answer = scoped ? this.search.run(order, order.names(), null)
					: this.plain.run(order, order.names(), null);
			timeline.tell("dot", new Dot(dot, answer.answered(), answer.isComplete(), timeline.millis() - began));
			return answer.rest().handle((nothing, failure) -> nothing);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return CompletableFuture.completedFuture(null);
		}
	}

	/** Begins among the searches, and gets its turn as late as they do. */
	private static void compute(Timeline timeline) {
		Double took = Machine.compute(COMPUTING);
		if (took != null) {
			timeline.tell("computed", took);
		}
	}

	private void gauge(CompletableFuture<?> all, AtomicInteger busy, Timeline timeline) {
		try {
			Machine.load(); // begins what is measured
			while (!all.isDone()) {
				Thread.sleep(BETWEEN_GAUGES);
				timeline.tell("busy",
						new Busy(busy.get(), this.errand.calls(),
								this.pool.getHikariPoolMXBean().getActiveConnections(),
								this.pool.getHikariPoolMXBean().getThreadsAwaitingConnection(), Machine.load()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		timeline.tell("busy", new Busy(0, 0, 0, 0, null));
		timeline.tell("over", "");
	}

	@Override
	public void destroy() {
		this.travellers.shutdownNow();
	}

	/**
	 * A search has its answer.
	 *
	 * @param index which search
	 * @param answered how many answered it
	 * @param complete whether all did
	 * @param took milliseconds
	 */
	record Dot(int index, int answered, boolean complete, double took) {
	}

	/**
	 * What is busy at the moment.
	 *
	 * @param searches searches of which something still runs
	 * @param calls calls to suppliers that have no answer yet
	 * @param queries queries that the database works on
	 * @param waiting threads that wait for a connection
	 * @param load what part of the machine was busy lately
	 */
	record Busy(int searches, int calls, int queries, int waiting, @Nullable Double load) {
	}

}
