package io.cancelscope.benchmarks.comingfrom;

import java.time.Duration;

import dev.failsafe.Failsafe;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from Failsafe's Timeout.
 */
@org.junit.jupiter.api.Timeout(60)
class FailsafeTests {

	private final Warehouse warehouse = new Warehouse();

	// tag::before[]
	private final Timeout<Integer> timeout = Timeout.<Integer>builder(Duration.ofMillis(300)).withInterrupt().build();

	int stockWithinTimeout(String article) {
		return Failsafe.with(this.timeout).get(() -> this.warehouse.stock(article));
	}
	// end::before[]

	// tag::after[]
	private static final ScopeOptions STOCK = ScopeOptions.named("stock")
		.withTimeout(Duration.ofMillis(300))
		.interrupt();

	private final CancelScopes scopes = CancelScopes.create();

	int stock(String article) throws InterruptedException {
		return this.scopes.call(STOCK, (scope) -> this.warehouse.stock(article));
	}
	// end::after[]

	// tag::outer[]
	private static final ScopeOptions ORDER = ScopeOptions.named("order").withTimeout(Duration.ofMillis(100));

	int order(String article) throws InterruptedException {
		return this.scopes.call(ORDER, (scope) -> stock(article)); // has 100 ms, not 300
	}
	// end::outer[]

	@Test
	void timeoutInterruptsTheCall() {
		assertThatExceptionOfType(TimeoutExceededException.class).isThrownBy(() -> stockWithinTimeout("chair"));
		assertThat(this.warehouse.isBusy()).isFalse();
	}

	@Test
	void scopeInterruptsTheCall() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> stock("chair"));
		assertThat(this.warehouse.isBusy()).isFalse();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void budgetOfTheCallerCountsBelow() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> order("chair"))
			.withMessageContaining("set by 'order'");
	}

	@Test
	void bothReturnWhatComesInTime() throws InterruptedException {
		this.warehouse.answer(3);
		this.warehouse.answer(4);

		assertThat(stockWithinTimeout("chair")).isEqualTo(3);
		assertThat(stock("chair")).isEqualTo(4);
	}

}
