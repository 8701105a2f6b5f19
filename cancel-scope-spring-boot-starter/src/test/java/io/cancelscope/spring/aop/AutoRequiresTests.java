package io.cancelscope.spring.aop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.spring.reactor.CancelScopeReactorAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * {@code requires = "auto"}, in both ways of weaving, and the property
 * {@code cancel-scope.requires}. All on one thread: the executor of {@code @Async} runs
 * its task after a while, which stands for the wait in its queue.
 */
class AutoRequiresTests {

	private static final int ENOUGH = 20;

	private final ManualTime time = new ManualTime();

	private Duration inQueue = Duration.ZERO;

	private CompletableFuture<String> answer = new CompletableFuture<>();

	private CancelScopes scopes = this.time.scopes();

	private int started;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class,
				CancelScopeReactorAutoConfiguration.class, AopAutoConfiguration.class))
		.withUserConfiguration(Asynchronous.class)
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean("taskExecutor", Executor.class, () -> (task) -> {
			this.time.advance(this.inQueue);
			task.run();
		})
		.withBean(Desk.class, () -> new Desk());

	@AfterEach
	void threadIsBackAtTheRootAndNothingIsScheduled() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void methodThatNoLongerFitsDoesNotStart(String weaving) {
		run(weaving, (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				assertThat(within(50, () -> catchThrowable(() -> desk.work(100)))).as("too few calls are known")
					.isInstanceOf(DeadlineExceededException.class);
			}
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> within(100, () -> desk.work(1)))
				.withMessage("scope 'Desk.work' was cancelled: it usually takes 100ms, and only 100ms are left")
				.withCauseInstanceOf(InsufficientBudgetException.class);
			assertThat(this.started).isEqualTo(ENOUGH);
			assertThat(within(200, () -> desk.work(1))).isEqualTo("done");
			assertThat(desk.work(1)).as("without a deadline").isEqualTo("done");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void fallbackRunsInstead(String weaving) {
		this.runner.withBean(SupplierDesk.class, () -> new SupplierDesk((city) -> {
			this.started++;
			this.time.advance(Duration.ofMillis(300));
			return List.of(city + " 12 EUR");
		})).withPropertyValues("cancel-scope.weaving=" + weaving).run((context) -> {
			this.scopes = context.getBean(CancelScopes.class);
			SupplierDesk desk = context.getBean(SupplierDesk.class);
			for (int i = 0; i < ENOUGH; i++) {
				assertThat(desk.quotes("LIS")).containsExactly("LIS 12 EUR");
			}
			assertThat(within(299, () -> desk.quotes("LIS"))).isEmpty();
			assertThat(this.started).isEqualTo(ENOUGH);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void futureTakesUntilItCompletes(String weaving) {
		run(weaving, (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				this.answer = new CompletableFuture<>();
				CompletableFuture<String> result = within(1_000, () -> desk.later());
				this.time.advance(Duration.ofMillis(300));
				this.answer.complete("done");
				assertThat(result).isCompletedWithValue("done");
			}
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> within(299, () -> desk.later()))
				.withMessageContaining("it usually takes 300ms, and only 299ms are left");
			assertThat(this.started).isEqualTo(ENOUGH);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void futuresThatTheirDeadlineEndsTakeLonger(String weaving) {
		run(weaving, (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				this.answer = new CompletableFuture<>();
				this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(250)), (request) -> {
					CompletableFuture<String> result = desk.later();
					this.time.advance(Duration.ofMillis(250));
					assertThat(result).isCompletedExceptionally();
				});
			}
			assertThat(catchThrowable(() -> within(250, () -> desk.later())))
				.hasMessageContaining("it usually takes 250ms");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void subscriptionThatNoLongerFitsDoesNotStart(String weaving) {
		run(weaving, (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				assertThat(desk.published(300).block()).isEqualTo("done");
			}
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> within(299, () -> desk.published(1).block()))
				.withMessageContaining("it usually takes 300ms, and only 299ms are left");
			assertThat(this.started).isEqualTo(ENOUGH);
			assertThat(within(450, () -> desk.published(1).block())).isEqualTo("done");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void waitInTheQueueIsNoPartOfTheUsualTime(String weaving) {
		run(weaving, (desk) -> {
			this.inQueue = Duration.ofMillis(400);
			for (int i = 0; i < ENOUGH; i++) {
				assertThat(within(1_000, () -> desk.elsewhere(100))).isCompletedWithValue("done");
			}
			this.inQueue = Duration.ofMillis(150);
			assertThat(within(300, () -> desk.elsewhere(100))).as("150ms are left of 300ms")
				.isCompletedWithValue("done");
			assertThat(within(249, () -> desk.elsewhere(100))).as("99ms are left of 249ms").isCompletedExceptionally();
			assertThat(this.started).isEqualTo(ENOUGH + 1);

			this.time.advance(Duration.ofSeconds(1));
			assertThat(catchThrowable(() -> within(99, () -> desk.elsewhere(100)))).as("not even submitted")
				.hasMessageContaining("it usually takes 100ms, and only 99ms are left");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void callThatExpiresInTheQueueTellsNothing(String weaving) {
		run(weaving, (desk) -> {
			this.inQueue = Duration.ofMillis(400);
			for (int i = 0; i < ENOUGH; i++) {
				within(200, () -> desk.elsewhere(100));
				within(200, () -> {
					desk.elsewhereAndSilent(100);
					return "";
				});
			}
			assertThat(this.started).isZero();
			this.inQueue = Duration.ZERO;
			assertThat(within(50, () -> desk.elsewhere(10))).as("nothing is known").isCompletedWithValue("done");
			within(50, () -> {
				desk.elsewhereAndSilent(10);
				return "";
			});
			assertThat(this.started).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void silentMethodIsLearntToo(String weaving) {
		run(weaving, (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				desk.elsewhereAndSilent(100);
			}
			assertThat(catchThrowable(() -> within(99, () -> {
				desk.elsewhereAndSilent(100);
				return "";
			}))).hasMessageContaining("it usually takes 100ms, and only 99ms are left");
			assertThat(this.started).isEqualTo(ENOUGH);
		});
	}

	@Test
	void propertySwitchesItOff() {
		run("advisor", (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				desk.work(300);
			}
			assertThat(within(100, () -> desk.work(1))).isEqualTo("done");
		}, "cancel-scope.requires.Desk.work=off");
	}

	@Test
	void propertySwitchesItOn() {
		run("advisor", (desk) -> {
			for (int i = 0; i < ENOUGH; i++) {
				desk.plain(300);
			}
			assertThat(catchThrowable(() -> within(100, () -> desk.plain(1))))
				.hasMessageContaining("it usually takes 300ms, and only 100ms are left");
		}, "cancel-scope.requires[Desk.pl*]=auto");
	}

	@Test
	void propertySetsADuration() {
		run("advisor", (desk) -> {
			assertThat(within(200, () -> desk.work(1))).isEqualTo("done");
			assertThat(catchThrowable(() -> within(199, () -> desk.work(1))))
				.hasMessageContaining("it requires 200ms to start, and only 199ms are left");
		}, "cancel-scope.requires.Desk.work=200ms");
	}

	@Test
	void durationAboveTheTimeoutIsRefused() {
		this.runner.withPropertyValues("cancel-scope.requires.Desk.work=5s", "cancel-scope.timeouts.Desk.work=4s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("has requires = \"5s\", by the property cancel-scope.requires.Desk.work,"
						+ " which is more than its timeout of 4s."));
	}

	@Test
	void unknownValueIsRefused() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class))
			.withBean(Misspelt.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("#work has requires = \"automatic\", which is not a duration.")
				.hasStackTraceContaining("Or write \"auto\" for the time that the method usually takes, or \"off\"."));
	}

	private <T> T within(int millis, Work<T> work) {
		return this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(millis)), (scope) -> work.run());
	}

	private void run(String weaving, Use use, String... properties) {
		this.runner.withPropertyValues(properties)
			.withPropertyValues("cancel-scope.weaving=" + weaving)
			.run((context) -> {
				this.scopes = context.getBean(CancelScopes.class);
				Desk desk = context.getBean(Desk.class);
				use.of(desk);
				assertThat(CancelScope.current().name()).isEqualTo("root");
			});
	}

	private interface Work<T> {

		T run();

	}

	private interface Use {

		void of(Desk desk);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class Asynchronous {

	}

	class Desk {

		@CancelScoped(requires = "auto")
		String work(int millis) {
			return take(millis);
		}

		@CancelScoped
		String plain(int millis) {
			return take(millis);
		}

		@CancelScoped(requires = "auto")
		CompletableFuture<String> later() {
			AutoRequiresTests.this.started++;
			return AutoRequiresTests.this.answer;
		}

		@CancelScoped(requires = "auto")
		Mono<String> published(int millis) {
			return Mono.fromSupplier(() -> take(millis));
		}

		@Async
		@CancelScoped(requires = "auto")
		CompletableFuture<String> elsewhere(int millis) {
			return CompletableFuture.completedFuture(take(millis));
		}

		@Async
		@CancelScoped(requires = "auto")
		void elsewhereAndSilent(int millis) {
			take(millis);
		}

		private String take(int millis) {
			AutoRequiresTests.this.started++;
			AutoRequiresTests.this.time.advance(Duration.ofMillis(millis));
			CancelScope.current().check();
			return "done";
		}

	}

	static class SupplierDesk {

		private final Function<String, List<String>> suppliers;

		SupplierDesk(Function<String, List<String>> suppliers) {
			this.suppliers = suppliers;
		}

		// tag::auto[]
		@CancelScoped(requires = "auto", fallback = "withoutQuotes")
		List<String> quotes(String city) {
			return this.suppliers.apply(city);
		}

		List<String> withoutQuotes(String city) {
			return List.of();
		}
		// end::auto[]

	}

	static class Misspelt {

		@CancelScoped(requires = "automatic")
		void work() {
		}

	}

}
