package io.cancelscope.spring.resilience;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.SentDeadline;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Retries end with the scope around them. The waits between attempts are an hour here, so
 * one that was begun and not cut short would be noticed.
 */
@Timeout(60)
class RetryUnlessCancelledTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class))
		.withPropertyValues("desk.delay=1h")
		.withBean(TimeSource.class, () -> this.time)
		.withBean(Desk.class, () -> new Desk(this.time))
		.withUserConfiguration(Resilient.class);

	@AfterEach
	void threadIsClean() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void oneBudgetCoversAllAttempts() {
		run((desk) -> {
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> desk.flaky(400))
				.withMessage("scope 'Desk.flaky' (1s) exceeded its deadline");
			assertThat(desk.attempts()).hasValue(3);
		});
	}

	@Test
	void scopeThatHasExpiredIsNotRetried() {
		run((desk) -> {
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> desk.flaky(1000));
			assertThat(desk.attempts()).hasValue(1);
		});
	}

	@Test
	void failureAfterTheDeadlineIsNotRetriedEither() {
		run((desk) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> desk.neverChecks(1000));
			assertThat(desk.attempts()).hasValue(1);
		});
	}

	@Test
	void scopeOfTheCallerThatIsCancelledEndsTheRetries() {
		run((desk) -> this.scopes.run(ScopeOptions.named("request"), (request) -> {
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> desk.cancels(request))
				.withMessageContaining("client went away");
			assertThat(desk.attempts()).hasValue(1);
		}));
	}

	@Test
	void attemptWithASmallerBudgetOfItsOwnIsRetried() {
		run((desk) -> {
			assertThat(desk.smallBudgets(this.scopes)).isEqualTo("third time lucky");
			assertThat(desk.attempts()).hasValue(3);
		});
	}

	@Test
	void aspectGivesEachAttemptABudgetOfItsOwn() {
		this.runner.withPropertyValues("cancel-scope.weaving=aspect").run((context) -> {
			Desk desk = context.getBean(Desk.class);

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> desk.flaky(1000));

			assertThat(desk.attempts()).hasValue(6);
		});
	}

	@Test
	void waitThatWouldEndAfterTheDeadlineIsNotBegun() {
		run((desk) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::ask);
			assertThat(desk.attempts()).hasValue(1);
		});
	}

	@Test
	void waitsThatGrowAreLookedAheadTo() throws NoSuchMethodException {
		Predicate<Throwable> predicate = new RetryUnlessCancelled()
			.forMethod(Desk.class.getDeclaredMethod("waitsLongerAndLonger"));

		this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(390)), (scope) -> {
			assertThat(predicate.test(new IllegalStateException())).as("waits 100 ms").isTrue();
			assertThat(predicate.test(new IllegalStateException())).as("waits 200 ms, or 170 by chance").isTrue();
			assertThat(predicate.test(new IllegalStateException())).as("waits 400 ms, or 370 by chance").isTrue();
			assertThat(predicate.test(new IllegalStateException())).as("waits 500 ms, or 470 by chance").isFalse();
		});
	}

	@Test
	void withoutADeadlineAllWaitsFit() throws NoSuchMethodException {
		Predicate<Throwable> predicate = new RetryUnlessCancelled()
			.forMethod(Desk.class.getDeclaredMethod("waitsLongerAndLonger"));

		assertThat(predicate.test(new IllegalStateException())).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void waitIsCutShortWhereTheScopeInterrupts(boolean byDeadline) {
		run((desk) -> {
			Thread canceller = new Thread(() -> {
				await(desk.firstAttempt());
				if (byDeadline) {
					this.time.advance(Duration.ofSeconds(1));
				}
				else {
					desk.scope().cancel("client went away");
				}
			});
			canceller.start();

			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::interruptible)
				.withMessage("try again");

			assertThat(desk.attempts()).hasValue(1);
			assertThat(desk.scope().isCancelled()).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
	}

	@Test
	void policyOfATemplateEndsWithTheScope() {
		// tag::template[]
		RetryPolicy policy = RetryPolicy.builder().maxRetries(5).delay(Duration.ofMillis(300)).build();
		RetryTemplate template = new RetryTemplate(RetryUnlessCancelled.policy(policy));
		// end::template[]
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
				(scope) -> assertThatExceptionOfType(RetryException.class).isThrownBy(() -> template.execute(() -> {
					attempts.incrementAndGet();
					this.time.advance(Duration.ofMillis(400));
					throw new IllegalStateException("try again");
				})).withCauseInstanceOf(IllegalStateException.class));

		// After the second attempt 200 ms are left, which is less than the wait.
		assertThat(attempts).hasValue(2);
	}

	@Test
	void policyOfATemplateStopsAtTheDeadline() {
		RetryTemplate template = new RetryTemplate(
				RetryUnlessCancelled.policy(RetryPolicy.builder().maxRetries(5).delay(Duration.ZERO).build()));
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
				(scope) -> assertThatExceptionOfType(RetryException.class).isThrownBy(() -> template.execute(() -> {
					attempts.incrementAndGet();
					this.time.advance(Duration.ofMillis(400));
					throw new IllegalStateException("try again");
				})));

		assertThat(attempts).hasValue(3);
	}

	@Test
	void policyOfATemplateBeginsNoWaitThatIsTooLong() {
		RetryTemplate template = new RetryTemplate(
				RetryUnlessCancelled.policy(RetryPolicy.builder().delay(Duration.ofHours(1)).build()));

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
				(scope) -> assertThatExceptionOfType(RetryException.class).isThrownBy(() -> template.execute(() -> {
					throw new IllegalStateException("try again");
				})));
	}

	@Test
	void listenerOfATemplateThrowsTheScopesException() {
		RetryTemplate template = new RetryTemplate(RetryPolicy.builder().delay(Duration.ZERO).maxRetries(5).build());
		template.setRetryListener(RetryUnlessCancelled.listener());
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(ScopeOptions.none(), (scope) -> assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> template.execute(() -> {
				if (attempts.incrementAndGet() == 2) {
					scope.cancel("client went away");
				}
				throw new IllegalStateException("try again");
			}))
			.withMessageContaining("client went away"));

		assertThat(attempts).hasValue(2);
	}

	@Test
	void listenerEndsRetriesWhereTheServerSaysThatTheTimeIsUsedUp() {
		RetryTemplate template = new RetryTemplate(RetryPolicy.builder().delay(Duration.ZERO).maxRetries(5).build());
		template.setRetryListener(RetryUnlessCancelled.listener());
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)), (scope) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> template.execute(() -> {
				if (attempts.incrementAndGet() == 2) {
					answerThatTheTimeIsUsedUp(SentDeadline.of(scope));
				}
				throw new IllegalStateException("504");
			})).withMessage("504");
			assertThat(scope.isCancelled()).isFalse();
		});

		assertThat(attempts).hasValue(2);
	}

	@Test
	void reactiveRetriesEndWhereTheServerSaysThatTheTimeIsUsedUp() {
		this.runner.withConfiguration(AutoConfigurations.of(CancelScopeResilienceAutoConfiguration.class))
			.withBean(ReactiveDesk.class)
			.withBean(RetryEvents.class)
			.run((context) -> {
				ReactiveDesk desk = context.getBean(ReactiveDesk.class);
				this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
						(scope) -> assertThatExceptionOfType(RuntimeException.class)
							.isThrownBy(() -> desk.ask().block(Duration.ofSeconds(30))));
				assertThat(desk.attempts()).hasValue(2);
				assertThat(context.getBean(RetryEvents.class).seen).as("Spring's events").hasPositiveValue();

				this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(2)),
						(scope) -> assertThatExceptionOfType(RuntimeException.class)
							.isThrownBy(() -> desk.ask().block(Duration.ofSeconds(30))));
				assertThat(desk.attempts()).as("no server has said so of this time").hasValue(2 + 6);
			});
	}

	private static void answerThatTheTimeIsUsedUp(@Nullable SentDeadline sent) {
		assertThat(sent).isNotNull();
		sent.answered(504, "caller");
	}

	@Test
	void listenerLeavesSuccessAlone() throws RetryException {
		RetryTemplate template = new RetryTemplate();
		template.setRetryListener(RetryUnlessCancelled.listener());

		String result = this.scopes.<String, RetryException>call(ScopeOptions.none(),
				(scope) -> template.execute(() -> {
					scope.cancel();
					return "late, and kept";
				}));

		assertThat(result).isEqualTo("late, and kept");
	}

	private void run(Consumer<Desk> test) {
		this.runner.run((context) -> test.accept(context.getBean(Desk.class)));
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	record Quote() {
	}

	interface Supplier {

		Quote ask();

	}

	static class RetryEvents implements ApplicationListener<MethodRetryEvent> {

		private final AtomicInteger seen = new AtomicInteger();

		@Override
		public void onApplicationEvent(MethodRetryEvent event) {
			this.seen.incrementAndGet();
		}

	}

	static class ReactiveDesk {

		private final AtomicInteger attempts = new AtomicInteger();

		/** A field of the proxy would be another. */
		AtomicInteger attempts() {
			return this.attempts;
		}

		@Retryable(delay = 0, maxRetries = 5)
		Mono<String> ask() {
			// Here, as the attempts after the first are on a thread without a scope.
			SentDeadline sent = SentDeadline.of(CancelScope.current());
			return Mono.defer(() -> {
				if (this.attempts.incrementAndGet() == 2) {
					answerThatTheTimeIsUsedUp(sent);
				}
				return Mono.error(new IllegalStateException("504"));
			});
		}

	}

	static class Desk {

		private final AtomicInteger attempts = new AtomicInteger();

		private final CountDownLatch firstAttempt = new CountDownLatch(1);

		private final ManualTime time;

		private volatile CancelScope scope = CancelScope.current();

		Desk(ManualTime time) {
			this.time = time;
		}

		private final Supplier supplier = () -> {
			this.attempts.incrementAndGet();
			throw new IllegalStateException("try again");
		};

		AtomicInteger attempts() {
			return this.attempts;
		}

		CountDownLatch firstAttempt() {
			return this.firstAttempt;
		}

		CancelScope scope() {
			return this.scope;
		}

		@CancelScoped("1s")
		@Retryable(delay = 0, maxRetries = 5, predicate = RetryUnlessCancelled.class)
		void flaky(long millis) {
			neverChecksFor(millis, true);
		}

		@CancelScoped("1s")
		@Retryable(delay = 0, maxRetries = 5, predicate = RetryUnlessCancelled.class)
		void neverChecks(long millis) {
			neverChecksFor(millis, false);
		}

		private void neverChecksFor(long millis, boolean check) {
			this.attempts.incrementAndGet();
			this.time.advance(Duration.ofMillis(millis));
			if (check) {
				CancelScope.current().check();
			}
			throw new IllegalStateException("try again");
		}

		@CancelScoped("1s")
		@Retryable(delay = 0, maxRetries = 5, predicate = RetryUnlessCancelled.class)
		void cancels(CancelScope request) {
			this.attempts.incrementAndGet();
			request.cancel("client went away");
			CancelScope.current().check();
		}

		@CancelScoped("1s")
		@Retryable(delay = 0, maxRetries = 5, predicate = RetryUnlessCancelled.class)
		String smallBudgets(CancelScopes scopes) {
			int attempt = this.attempts.incrementAndGet();
			return scopes.call(ScopeOptions.timeout(Duration.ofMillis(100)), (own) -> {
				this.time.advance(Duration.ofMillis((attempt < 3) ? 100 : 10));
				own.check();
				return "third time lucky";
			});
		}

		// tag::retry[]
		@CancelScoped("1s")
		@Retryable(delayString = "${desk.delay}", predicate = RetryUnlessCancelled.class)
		Quote ask() {
			return supplier.ask();
		}
		// end::retry[]

		@Retryable(delay = 100, multiplier = 2, jitter = 30, maxDelay = 500, maxRetries = 10)
		void waitsLongerAndLonger() {
		}

		@CancelScoped(timeout = "1s", interrupt = true)
		@Retryable(delayString = "${desk.delay}")
		void interruptible() {
			this.attempts.incrementAndGet();
			this.scope = CancelScope.current();
			this.firstAttempt.countDown();
			throw new IllegalStateException("try again");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

}
