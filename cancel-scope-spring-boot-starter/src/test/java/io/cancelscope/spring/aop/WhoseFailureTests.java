package io.cancelscope.spring.aop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.Mishap;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A failure of the method's own stays what it is, also where a cancellation came on top
 * of it.
 */
class WhoseFailureTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(Orders.class);

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void fallbackIsNotForAFailureInWhichOursIsOnlySuppressed() {
		run((orders) -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(orders::declinedOrElse)
			.withMessage("card declined")
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasOnlyElementsOfType(ScopeCancelledException.class)));
	}

	@Test
	void fallbackIsNotForAFutureThatFailsSo() {
		run((orders) -> assertThat(orders.declinedLaterOrElse()).failsWithin(SOON)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessage("card declined"));
	}

	@Test
	void wrapperOfSuchAFailureIsNotTakenForALibrarysOfOurs() {
		run((orders) -> {
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(orders::orderFailed)
				.withMessage("order failed");
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(orders::orderFailedAfterEnough)
				.withMessage("order failed");
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(orders::orderFailedOrElse)
				.withMessage("order failed");
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(orders::orderFailedBeforeThereIsAFuture)
				.withMessage("order failed");
		});
	}

	@Test
	void exceptionOfTheAnnotationIsKnownThoughItsConstructorGivesItACause() {
		run((orders) -> assertThat(orders.soldOutOrElse()).isEqualTo("fallback"));
	}

	@Test
	void wrapperOfThatOneIsTakenForALibrarys() {
		run((orders) -> assertThatExceptionOfType(SoldOutException.class).isThrownBy(orders::wrappedSoldOut)
			.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNotNull()
				.cause()
				.hasMessage("query stopped")));
	}

	private void run(Consumer<Orders> test) {
		this.runner.run((context) -> test.accept(context.getBean(Orders.class)));
	}

	static class Orders {

		@CancelScoped(fallback = "instead")
		String declinedOrElse() {
			CancelScope.current().cancel();
			return Mishap.declined();
		}

		@CancelScoped(fallback = "later")
		CompletableFuture<String> declinedLaterOrElse() {
			CancelScope.current().cancel();
			try {
				return CompletableFuture.completedFuture(Mishap.declined());
			}
			catch (IllegalStateException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		@CancelScoped
		String orderFailed() {
			CancelScope.current().cancel();
			return Mishap.orderFailed();
		}

		@CancelScoped(requires = "1ms")
		String orderFailedAfterEnough() {
			CancelScope.current().cancel();
			return Mishap.orderFailed();
		}

		@CancelScoped(fallback = "instead")
		String orderFailedOrElse() {
			CancelScope.current().cancel();
			return Mishap.orderFailed();
		}

		@CancelScoped
		CompletableFuture<String> orderFailedBeforeThereIsAFuture() {
			CancelScope.current().cancel();
			return CompletableFuture.completedFuture(Mishap.orderFailed());
		}

		@CancelScoped(exception = SoldOutException.class, fallback = "instead")
		String soldOutOrElse() {
			CancelScope.current().cancel();
			CancelScope.current().check();
			return "sold";
		}

		@CancelScoped(exception = SoldOutException.class)
		String wrappedSoldOut() {
			CancelScope.current().cancel();
			try {
				CancelScope.current().check();
				return "sold";
			}
			catch (SoldOutException ex) {
				throw new IllegalStateException("query stopped", ex);
			}
		}

		String instead() {
			return "fallback";
		}

		CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("fallback");
		}

	}

	@SuppressWarnings("serial")
	static class SoldOutException extends RuntimeException {

		SoldOutException(String message) {
			super(message, new IllegalArgumentException("row 7"));
		}

	}

}
