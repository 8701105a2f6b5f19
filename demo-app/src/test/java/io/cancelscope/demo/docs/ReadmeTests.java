package io.cancelscope.demo.docs;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import com.example.demo.QuoteService;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of the README, which is cut from here, with a clock that stands still.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE, classes = ReadmeTests.App.class)
class ReadmeTests {

	@Autowired
	private ManualTime time;

	@Autowired
	private QuoteService quotes;

	@Autowired
	private TripService trips;

	@Autowired
	private Ledger ledger;

	@Autowired
	private SupplierClient supplierClient;

	@Autowired
	private CancelScopes scopes;

	@AfterEach
	void forget() {
		this.ledger.rows().clear();
		this.supplierClient.trail().clear();
	}

	@Test
	void annotatedMethodStopsAtItsBudget() {
		AtomicInteger asked = new AtomicInteger();
		Supplier<String> slow = () -> {
			this.time.advance(Duration.ofMillis(300));
			return "quote " + asked.incrementAndGet();
		};

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.quotes.best(Collections.nCopies(5, slow)))
			.withMessage("scope 'QuoteService.best' (800ms) exceeded its deadline");
		assertThat(asked).hasValue(3);
	}

	@Test
	void childGetsWhatIsLeft() {
		assertThat(this.trips.offer(new Trip("OSL", "LIS"))).isEqualTo("fare with 500ms, seat with 1700ms");
	}

	@Test
	void shieldedWorkEndsAlthoughTheBudgetIsUsedUp() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.trips.book(new Trip("OSL", "LIS")));
		assertThat(this.ledger.rows()).containsExactly("OSL-LIS");
	}

	@Test
	void bubbleStopsTheSiblings() {
		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.trips.allOrNothing(new Trip("OSL", "LIS")))
			.withMessageStartingWith("scope 'TripService.allOrNothing' (2s) was cancelled, along with 'supplier'")
			.withMessageContaining("sold out");
		assertThat(this.supplierClient.trail()).contains("borealis was told to stop");
	}

	@Test
	void scopeFollowsTheWorkIntoThePool() throws Exception {
		assertThat(this.trips.asked(new Trip("OSL", "LIS"))).isEqualTo("aurora has 800ms on another thread");
		assertThat(this.scopes.current().name()).isEqualTo("root");
	}

	@Test
	void futureOfAnAsyncCallEndsAtTheDeadlineThoughTheSupplierIsDeaf() {
		AtomicReference<CompletableFuture<String>> future = new AtomicReference<>();

		this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(200)), (request) -> {
			future.set(this.supplierClient.ask("deaf", new Trip("OSL", "LIS")));
			this.time.advance(Duration.ofMillis(200));
		});

		assertThat(future.get()).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(DeadlineExceededException.class);
		assertThat(this.supplierClient.deafGoesOn().getCount()).isEqualTo(1);
		this.supplierClient.deafGoesOn().countDown();
	}

	@Test
	void cancellingTheFutureOfAnAsyncCallStopsTheSupplier() {
		CompletableFuture<String> future = this.supplierClient.ask("cumulus", new Trip("OSL", "LIS"));
		Awaitility.await().until(() -> this.supplierClient.cumulusWaits().getCount() == 0);

		future.cancel(true);

		Awaitility.await()
			.untilAsserted(() -> assertThat(this.supplierClient.trail()).containsExactly("cumulus was told to stop"));
	}

	record Trip(String from, String to) {
	}

	@Service
	static class TripService {

		private final Fares fares;

		private final Seats seats;

		private final Ledger ledger;

		private final SupplierClient suppliers;

		private final ManualTime time;

		TripService(Fares fares, Seats seats, Ledger ledger, SupplierClient suppliers, ManualTime time) {
			this.fares = fares;
			this.seats = seats;
			this.ledger = ledger;
			this.suppliers = suppliers;
			this.time = time;
		}

		// tag::tree[]
		@CancelScoped("2s")
		String offer(Trip trip) {
			String fare = fares.find(trip); // @CancelScoped("500ms")
			String seat = seats.find(trip); // @CancelScoped("5s")
			return fare + ", " + seat;
		}
		// end::tree[]

		// tag::shieldedCall[]
		@CancelScoped("2s")
		void book(Trip trip) {
			try {
				reserve(trip);
				CancelScope.current().check();
			}
			finally {
				ledger.record(trip); // shielded
			}
		}
		// end::shieldedCall[]

		private void reserve(Trip trip) {
			assertThat(trip).isNotNull();
			this.time.advance(Duration.ofSeconds(3));
		}

		// tag::bubble[]
		@CancelScoped(timeout = "2s", bubble = true)
		String allOrNothing(Trip trip) {
			var aurora = suppliers.ask("aurora", trip); // @Async, as below
			var borealis = suppliers.ask("borealis", trip);
			// if one fails, the other is cancelled
			return firstComes(aurora) + " and " + firstComes(borealis);
		}
		// end::bubble[]

		private String firstComes(CompletableFuture<String> future) {
			try {
				return future.get(20, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				CancelScope.current().check();
				throw new CompletionException(ex);
			}
		}

		@CancelScoped("800ms")
		String asked(Trip trip) throws Exception {
			return this.suppliers.time(trip, Thread.currentThread()).get(20, TimeUnit.SECONDS);
		}

	}

	@Service
	static class Fares {

		private final ManualTime time;

		Fares(ManualTime time) {
			this.time = time;
		}

		@CancelScoped("500ms")
		String find(Trip trip) {
			String left = "fare with " + left();
			this.time.advance(Duration.ofMillis(300));
			return left;
		}

	}

	@Service
	static class Seats {

		@CancelScoped("5s")
		String find(Trip trip) {
			return "seat with " + left();
		}

	}

	private static String left() {
		return CancelScope.current().remaining().orElseThrow().toMillis() + "ms";
	}

	@Service
	static class Ledger {

		private final List<String> rows = new CopyOnWriteArrayList<>();

		List<String> rows() {
			return this.rows;
		}

		// tag::shield[]
		@CancelScoped(timeout = "500ms", shield = true)
		void record(Trip trip) {
			CancelScope.current().check(); // ignores outer cancellations
			rows.add(trip.from() + "-" + trip.to());
		}
		// end::shield[]

	}

	@Service
	static class SupplierClient {

		private final List<String> trail = new CopyOnWriteArrayList<>();

		private final CountDownLatch borealisWaits = new CountDownLatch(1);

		private final CountDownLatch cumulusWaits = new CountDownLatch(1);

		private final CountDownLatch deafGoesOn = new CountDownLatch(1);

		List<String> trail() {
			return this.trail;
		}

		CountDownLatch cumulusWaits() {
			return this.cumulusWaits;
		}

		CountDownLatch deafGoesOn() {
			return this.deafGoesOn;
		}

		// tag::async[]
		@Async
		@CancelScoped(name = "supplier")
		CompletableFuture<String> ask(String supplier, Trip trip) {
			return CompletableFuture.completedFuture(call(supplier, trip));
		}
		// end::async[]

		private String call(String supplier, Trip trip) {
			try {
				if (supplier.equals("deaf")) {
					this.deafGoesOn.await(60, TimeUnit.SECONDS);
					return "late";
				}
				if (supplier.equals("aurora")) {
					this.borealisWaits.await(20, TimeUnit.SECONDS);
					throw new IllegalStateException("sold out from " + trip.from());
				}
				CountDownLatch stopped = new CountDownLatch(1);
				CancelScope.current().onCancel((reason) -> {
					this.trail.add(supplier + " was told to stop");
					stopped.countDown();
				});
				(supplier.equals("borealis") ? this.borealisWaits : this.cumulusWaits).countDown();
				stopped.await(20, TimeUnit.SECONDS);
				return "late";
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Async
		@CancelScoped(name = "supplier")
		CompletableFuture<String> time(Trip trip, Thread caller) {
			String where = (Thread.currentThread() != caller) ? "another" : "the same";
			return CompletableFuture.completedFuture("aurora has " + left() + " on " + where + " thread");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@Import({ QuoteService.class, TripService.class, Fares.class, Seats.class, Ledger.class, SupplierClient.class })
	static class App {

		@Bean
		ManualTime time() {
			return new ManualTime();
		}

	}

}
