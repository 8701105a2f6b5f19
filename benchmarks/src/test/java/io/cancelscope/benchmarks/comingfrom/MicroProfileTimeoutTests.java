package io.cancelscope.benchmarks.comingfrom;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.smallrye.faulttolerance.api.TypedGuard;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from MicroProfile's {@code @Timeout}, here by SmallRye and without a container.
 */
@Timeout(60)
class MicroProfileTimeoutTests {

	private final Warehouse warehouse = new Warehouse();

	// tag::before[]
	private final TypedGuard<Integer> guard = TypedGuard.create(Integer.class)
		.withTimeout()
		.duration(300, ChronoUnit.MILLIS)
		.done()
		.build();

	int stockGuarded(String article) throws Exception {
		return this.guard.call(() -> this.warehouse.stock(article));
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

	@Test
	void guardInterruptsTheCall() {
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stockGuarded("chair"));
		assertThat(this.warehouse.isBusy()).isFalse();
	}

	@Test
	void scopeInterruptsTheCall() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> stock("chair"));
		assertThat(this.warehouse.isBusy()).isFalse();
	}

	@Test
	void bothReturnWhatComesInTime() throws Exception {
		this.warehouse.answer(3);
		this.warehouse.answer(4);

		assertThat(stockGuarded("chair")).isEqualTo(3);
		assertThat(stock("chair")).isEqualTo(4);
	}

}
