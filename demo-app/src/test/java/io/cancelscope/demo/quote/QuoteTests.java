package io.cancelscope.demo.quote;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import io.cancelscope.demo.Desk;
import io.cancelscope.demo.Desk.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Quotes within a budget, over real HTTP. The budgets are kept to within 100 ms on an
 * idle machine; the bounds here are wide, as builds run on busy ones.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class QuoteTests {

	private static final String STOPPED = "stopped after \\d+ ms";

	private static final Duration SOON = Duration.ofSeconds(5);

	private static final String ALL_FAST = "suppliers=cumulus:fast,delta:fast,eos:fast";

	private Desk desk;

	@BeforeEach
	void open(@LocalServerPort int port) {
		this.desk = new Desk(port);
	}

	@Test
	void smallBudgetGetsTheFastSuppliers() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("budget=200ms");

			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.status("aurora")).isEqualTo("answered");
			assertThat(answer.status("borealis")).isEqualTo("answered");
			assertThat(answer.status("cumulus")).matches(STOPPED);
			assertThat(answer.status("delta")).matches(STOPPED);
			assertThat(answer.status("eos")).matches(STOPPED);
			assertThat(answer.<String>read("$.quotes[0].supplier")).isEqualTo("borealis");
			assertThat(answer.<Boolean>read("$.complete")).isFalse();
		});
	}

	@Test
	void usualBudgetGetsBetterPrices() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("");

			assertThat(answer.<String>read("$.budget")).isEqualTo("800ms");
			assertThat(answer.status("delta")).isEqualTo("answered");
			assertThat(answer.status("eos")).matches(STOPPED);
			assertThat(answer.<String>read("$.quotes[0].supplier")).isEqualTo("delta");
		});
	}

	@Test
	void largeBudgetGetsAllAndTheBestPrice() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("budget=5s");

			assertThat(answer.<List<String>>read("$.suppliers[*].status")).hasSize(5).containsOnly("answered");
			assertThat(answer.<String>read("$.quotes[0].supplier")).isEqualTo("eos");
			assertThat(answer.<List<Double>>read("$.quotes[*].price")).hasSize(5).isSorted();
			assertThat(answer.<Boolean>read("$.complete")).isTrue();
		});
	}

	@Test
	void hangingSupplierHoldsUpNobody() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("budget=800ms&suppliers=aurora:hanging");

			assertThat(answer.took()).isLessThan(SOON);
			assertThat(answer.status("aurora")).matches(STOPPED);
			assertThat(answer.status("borealis")).isEqualTo("answered");
		});
	}

	@Test
	void answerTellsHowSoonWhatHungWasStopped() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("budget=800ms&suppliers=aurora:hanging&history=hanging");

			assertThat(answer.<List<String>>read("$.suppliers[?(@.name=='aurora')].stopped")).singleElement()
				.asString()
				.matches("\\d+\\.\\dms after the deadline");
			assertThat(answer.<String>read("$.history.status")).matches(STOPPED);
			assertThat(answer.<String>read("$.history.stopped")).matches("\\d+\\.\\dms after the deadline");
		});
	}

	@Test
	void usualPriceComesFromTheDatabase() {
		await().untilAsserted(() -> {
			Answer answer = this.desk.quotes("budget=800ms");

			assertThat(answer.<Double>read("$.usualPrice")).isPositive();
			assertThat(answer.<String>read("$.history.status")).isEqualTo("answered");
		});
		Answer failing = this.desk.quotes("budget=800ms&history=failing");
		assertThat(failing.<String>read("$.history.why")).isEqualTo("can't be found: the query failed");
		assertThat(failing.status()).isEqualTo(200);
	}

	@Test
	void failingSupplierIsMarkedWithTheReason() {
		Answer answer = this.desk.quotes("budget=10s&suppliers=delta:failing,eos:fast");

		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.status("delta")).isEqualTo("failed");
		assertThat(answer.<List<String>>read("$.suppliers[?(@.name=='delta')].why"))
			.containsExactly("answered 503, delta is closed for repairs");
		assertThat(answer.status("eos")).isEqualTo("answered");
		assertThat(answer.took()).isLessThan(SOON);
	}

	@Test
	void tenAtOnceWithAHangingSupplierAllGetAnAnswer() {
		ExecutorService travellers = Executors.newFixedThreadPool(10);
		try {
			List<CompletableFuture<Answer>> answers = Stream
				.generate(() -> CompletableFuture
					.supplyAsync(() -> this.desk.quotes("budget=2s&suppliers=aurora:hanging,eos:fast"), travellers))
				.limit(10)
				.toList();

			assertThat(answers).allSatisfy((future) -> {
				Answer answer = future.join();
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.status("aurora")).matches(STOPPED);
				assertThat(answer.took()).isLessThan(Duration.ofSeconds(8));
			});
		}
		finally {
			travellers.shutdown();
		}
	}

	@Test
	void allOrNothingIsAllIfAllAnswer() {
		Answer answer = this.desk.quotes("budget=10s&mode=all-or-nothing&" + ALL_FAST);

		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.<Boolean>read("$.complete")).isTrue();
	}

	@Test
	void allOrNothingStopsWithTheFirstThatFails() {
		Answer answer = this.desk.quotes("budget=10s&mode=all-or-nothing&suppliers=delta:failing,eos:hanging");

		assertThat(answer.status()).isEqualTo(502);
		assertThat(answer.contentType()).isEqualTo("application/problem+json");
		assertThat(answer.<String>read("$.detail")).contains("delta failed: it answered 503");
		assertThat(answer.<String>read("$.scope")).isEqualTo("GET /quotes");
		assertThat(answer.<String>read("$.origin")).isEqualTo("supplier");
		assertThat(answer.status("delta")).isEqualTo("failed");
		assertThat(answer.status("eos")).matches(STOPPED);
		assertThat(answer.took()).isLessThan(SOON);
	}

	@Test
	void allOrNothingIsNothingWhenTimeIsOut() {
		Answer answer = this.desk.quotes("budget=300ms&mode=all-or-nothing&suppliers=eos:hanging");

		assertThat(answer.status()).isEqualTo(504);
		assertThat(answer.<String>read("$.detail")).endsWith("and all or nothing was asked for.");
		assertThat(answer.status("eos")).matches(STOPPED);
	}

	@Test
	void nobodyInTimeIsAGatewayTimeout() {
		Answer answer = this.desk
			.quotes("budget=100ms&suppliers=aurora:hanging,borealis:hanging,cumulus:hanging,delta:hanging,eos:hanging");

		assertThat(answer.status()).isEqualTo(504);
		assertThat(answer.contentType()).isEqualTo("application/problem+json");
		assertThat(answer.<String>read("$.detail")).isEqualTo("No supplier answered within the budget of 100ms.");
		assertThat(answer.<String>read("$.scope")).isEqualTo("GET /quotes");
		assertThat(answer.<String>read("$.origin")).isEqualTo("GET /quotes");
		assertThat(answer.<String>read("$.budget")).isEqualTo("100ms");
		assertThat(answer.<String>read("$.elapsed")).matches("\\d{3,4}ms");
		assertThat(answer.<List<String>>read("$.suppliers[*].status"))
			.allSatisfy((status) -> assertThat(status).matches(STOPPED));
		assertThat(answer.took()).isLessThan(SOON);
	}

	@Test
	void everybodyFailingIsABadGateway() {
		Answer answer = this.desk
			.quotes("budget=10s&suppliers=aurora:failing,borealis:failing,cumulus:failing,delta:failing,eos:failing");

		assertThat(answer.status()).isEqualTo(502);
		assertThat(answer.<List<String>>read("$.suppliers[*].status")).hasSize(5).containsOnly("failed");
	}

	@Test
	void airportsMayBeWrittenSmall() {
		Answer answer = this.desk.get("/quotes?from=ber&to=prg&budget=10s&" + ALL_FAST);

		assertThat(answer.<String>read("$.from")).isEqualTo("BER");
		assertThat(answer.<List<String>>read("$.quotes[*].flight")).hasSize(5);
	}

}
