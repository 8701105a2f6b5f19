package io.cancelscope.benchmarks.load;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.InsufficientBudgetException;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * How many clients get an answer they still wait for when more come than can be served,
 * of work that takes 20 ms or, one time in five, 200 ms: with {@code requires = "auto"}
 * and without. Something that serves four at a time, in the order in which they came,
 * does the work; a budget of 500 ms, which is when clients leave, covers wait and work in
 * all cases.
 */
public final class Mixed {

	private static final Map<String, Double> LOADS = new TreeMap<>(
			Map.of("x0.5", 0.5, "x1", 1.0, "x2", 2.0, "x4", 4.0));

	private static final int PLACES = 4;

	private static final int REQUESTS = 400_000;

	private static final Duration SHORT = Duration.ofMillis(20);

	private static final Duration LONG = Duration.ofMillis(200);

	/**
	 * Of requests a second. The places do nothing but wait, so it need not be measured.
	 */
	private static final double CAPACITY = PLACES * 1_000 / (0.8 * SHORT.toMillis() + 0.2 * LONG.toMillis());

	/** Until queues are as long as they get, and the usual times are known. */
	private static final Duration RAMP = Duration.ofSeconds(2);

	private final Duration measured;

	private final Figures figures;

	private Mixed(Duration measured, Figures figures) {
		this.measured = measured;
		this.figures = figures;
	}

	/**
	 * Measures.
	 * @param args how many rounds, how many seconds at each load, and the file for the
	 * figures
	 */
	public static void main(String... args) {
		Figures figures = new Figures();
		int status = 1;
		try {
			for (int round = 0; round < Integer.parseInt(args[0]); round++) {
				new Mixed(Duration.ofSeconds(Integer.parseInt(args[1])), figures).measure(round);
				figures.add("Mixed.load-average", "threads",
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

	private void measure(int round) {
		warmUp();
		this.figures.add("Mixed.capacity", "1/s", CAPACITY);
		List<Requires> all = List.of(Requires.values());
		for (int i = 0; i < all.size(); i++) {
			Requires requires = all.get((i + round) % all.size());
			try (Running running = Running.start(requires)) {
				running.arrivals.come(CAPACITY, Duration.ofSeconds(3)); // warm-up
				running.arrivals.awaitEnd();
				for (Map.Entry<String, Double> load : LOADS.entrySet()) {
					measure(running, load.getKey() + "/" + requires.id(), CAPACITY * load.getValue());
				}
			}
		}
	}

	/** Who comes first has what all share compiled for the others. */
	private static void warmUp() {
		try (Running running = Running.start(Requires.AUTO)) {
			running.arrivals.come(2 * CAPACITY, Duration.ofSeconds(4));
			running.arrivals.awaitEnd();
		}
	}

	private void measure(Running running, String name, double perSecond) {
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
		double longs = IntStream.range(first, last).filter(Mixed::isLong).filter(arrivals::isAnswered).count()
				/ seconds;
		// Where fewer come than can be served, those that come are the capacity.
		double offered = (last - first) / seconds;
		AtomicIntegerArray refused = running.refused;
		double share = 100.0 * IntStream.range(first, last).filter((id) -> refused.get(id) == 1).count()
				/ (last - first);
		add("offered/" + name, "1/s", offered);
		add("goodput/" + name, "1/s", goodput);
		add("long/" + name, "1/s", longs);
		add("refused/" + name, "%", share);
		add("lost/" + name, "%", 100 * (1 - goodput / Math.min(offered, CAPACITY)));
		add("work/" + name, "places", busy(goodput - longs, longs));
		System.out.printf(Locale.ROOT, "%s: %.1f offered, %.1f answered in time, of those %.1f long, %.2f %% refused%n",
				name, offered, goodput, longs, share);
	}

	/** How many places did work that somebody waited for. */
	private static double busy(double shorts, double longs) {
		return (shorts * SHORT.toMillis() + longs * LONG.toMillis()) / 1_000;
	}

	private void add(String name, String unit, double value) {
		this.figures.add("Mixed." + name, unit, value);
	}

	static boolean isLong(int id) {
		return id % 5 == 0;
	}

	/** What the methods require that do the work. */
	enum Requires {

		/** The usual time: each kind of work has a method of its own, and so a name. */
		AUTO,

		/** The usual time of all work, which one method does. */
		ONE_NAME,

		/** Nothing. */
		NONE;

		String id() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

	/** The application and its clients. */
	private record Running(ConfigurableApplicationContext context, Arrivals arrivals,
			AtomicIntegerArray refused) implements AutoCloseable {

		static Running start(Requires requires) {
			Map<String, Object> properties = new HashMap<>();
			properties.put("server.port", 0);
			properties.put("server.address", "127.0.0.1");
			properties.put("server.tomcat.threads.max", 400);
			properties.put("spring.main.banner-mode", "off");
			properties.put("logging.level.root", "warn");
			properties.put("cancel-scope.web.timeout", Arrivals.PATIENCE);
			if (requires == Requires.NONE) {
				properties.put("cancel-scope.requires[Work.*]", "off");
			}
			Costs costs = new Costs(REQUESTS);
			AtomicIntegerArray refused = new AtomicIntegerArray(REQUESTS);
			SpringApplication application = new SpringApplication(Application.class);
			application.setDefaultProperties(properties);
			application.setRegisterShutdownHook(false);
			application.addInitializers((context) -> {
				GenericApplicationContext beans = (GenericApplicationContext) context;
				beans.registerBean(Work.class, () -> new Work());
				beans.registerBean(Trips.class,
						() -> new Trips(beans.getBean(Work.class), requires == Requires.ONE_NAME, costs, refused));
			});
			ServletWebServerApplicationContext context = (ServletWebServerApplicationContext) application.run();
			String address = "http://127.0.0.1:" + context.getWebServer().getPort();
			return new Running(context, new Arrivals(address, costs, REQUESTS), refused);
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	static class Application {

	}

	/** What is done once there is a place for it. */
	static class Work {

		@CancelScoped(requires = "auto")
		void quick() throws InterruptedException {
			CancelScope.current().sleep(SHORT);
		}

		@CancelScoped(requires = "auto")
		void slow() throws InterruptedException {
			CancelScope.current().sleep(LONG);
		}

		@CancelScoped(requires = "auto")
		void any(boolean isLong) throws InterruptedException {
			CancelScope.current().sleep(isLong ? LONG : SHORT);
		}

	}

	/** What the application does. */
	@RestController
	static class Trips {

		private final Semaphore places = new Semaphore(PLACES, true);

		private final Work work;

		private final boolean oneName;

		private final Costs costs;

		private final AtomicIntegerArray refused;

		Trips(Work work, boolean oneName, Costs costs, AtomicIntegerArray refused) {
			this.work = work;
			this.oneName = oneName;
			this.costs = costs;
			this.refused = refused;
		}

		@GetMapping("/trips/{id}")
		String find(@PathVariable int id) throws InterruptedException {
			try (Costs.Meter meter = this.costs.begin(id)) {
				inPlace(() -> work(id));
				meter.step();
				return page(id);
			}
			catch (ScopeCancelledException ex) {
				if (ex.reason().cause() instanceof InsufficientBudgetException) {
					this.refused.set(id, 1);
				}
				throw ex;
			}
		}

		/** The scope may be cancelled between the end of the wait and what follows it. */
		private void inPlace(Step step) throws InterruptedException {
			AtomicBoolean hasPlace = new AtomicBoolean();
			try {
				CancelScope.current().<Void, InterruptedException>interruptibly((scope) -> {
					this.places.acquire();
					hasPlace.set(true);
					return null;
				});
				step.take();
			}
			finally {
				if (hasPlace.get()) {
					this.places.release();
				}
			}
		}

		private void work(int id) throws InterruptedException {
			if (this.oneName) {
				this.work.any(isLong(id));
			}
			else if (isLong(id)) {
				this.work.slow();
			}
			else {
				this.work.quick();
			}
		}

		/** Some work for the processor. */
		private static String page(int id) {
			CRC32 sum = new CRC32();
			for (int i = 0; i < 2_000; i++) {
				sum.update(id + i);
			}
			return Long.toHexString(sum.getValue());
		}

		private interface Step {

			void take() throws InterruptedException;

		}

	}

}
