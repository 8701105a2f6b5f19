package io.cancelscope.demo.quote;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.demo.supplier.Behaviour;
import io.cancelscope.demo.supplier.Fare;
import io.cancelscope.testing.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an answer says of suppliers that were stopped.
 */
@Timeout(60)
class InquiryTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final QuoteRequest REQUEST = new QuoteRequest("OSL", "LIS", BUDGET, Mode.BEST, Map.of(),
			Behaviour.FAST);

	private final ManualTime time = new ManualTime();

	private final CompletableFuture<List<Fare>> eos = new CompletableFuture<>();

	private final AtomicReference<CancelScope> search = new AtomicReference<>();

	private final ExecutorService clock = Executors.newSingleThreadExecutor();

	@AfterEach
	void stop() {
		this.clock.shutdownNow();
	}

	/**
	 * The suppliers are back before the callbacks of the scope have run.
	 *
	 * <pre>
	 * search:   waits for eos .............................. reports
	 * eos:      waits ............. is over time, ends
	 * callback:           the time is up .......................... would run
	 * </pre>
	 */
	@Test
	void stoppedSupplierSaysHowLateThoughTheCallbacksComeLater() {
		CancelScopes scopes = CancelScopes.builder()
			.timeSource(this.time)
			.callbackExecutor((callbacks) -> this.eos.completeExceptionally(this.search.get().exception()))
			.build();
		this.clock.execute(() -> {
			Awaitility.await().until(() -> this.time.pending() > 0);
			this.time.advance(BUDGET);
		});

		QuoteAnswer answer = ask(scopes);

		assertThat(report(answer, "eos").status()).startsWith("stopped after");
		assertThat(report(answer, "eos").stopped()).endsWith("after the deadline");
	}

	@Test
	void supplierThatWasCancelledAloneSaysWhy() {
		CancelScopes scopes = this.time.scopes();
		scopes.run(ScopeOptions.named("supplier"), (supplier) -> {
			supplier.cancel("by an operator");
			this.eos.completeExceptionally(supplier.exception());
		});

		QuoteAnswer answer = ask(scopes);

		assertThat(report(answer, "eos").stopped()).isEqualTo("alone: by an operator");
	}

	private QuoteAnswer ask(CancelScopes scopes) {
		Inquiry inquiry = new Inquiry(REQUEST);
		return scopes.callOrElse(ScopeOptions.timeout(BUDGET), (scope) -> {
			this.search.set(scope);
			inquiry.ask(List.of("aurora", "eos"), suppliers(), history());
			inquiry.awaitAnswers(scope);
			scope.check();
			return inquiry.allThere();
		}, inquiry::whatCame);
	}

	private static SupplierReport report(QuoteAnswer answer, String supplier) {
		return answer.suppliers().stream().filter((report) -> report.name().equals(supplier)).findFirst().orElseThrow();
	}

	/** One of them answers at once. */
	private SupplierClient suppliers() {
		return new SupplierClient(RestClient.builder(), new OwnAddress()) {

			@Override
			public CompletableFuture<List<Fare>> fares(String supplier, QuoteRequest request) {
				return supplier.equals("eos") ? InquiryTests.this.eos : CompletableFuture.completedFuture(List.of());
			}

		};
	}

	private static HistoryClient history() {
		return new HistoryClient(null) {

			@Override
			public CompletableFuture<BigDecimal> usualPrice(QuoteRequest request) {
				return CompletableFuture.completedFuture(BigDecimal.TEN);
			}

		};
	}

}
