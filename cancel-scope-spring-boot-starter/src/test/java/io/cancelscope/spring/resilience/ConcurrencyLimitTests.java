package io.cancelscope.spring.resilience;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.InvocationRejectedException;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The wait for a free place ends with the scope.
 */
@Timeout(120)
class ConcurrencyLimitTests {

	private static final Duration BUDGET = Duration.ofMillis(100);

	private static final Duration SOON = Duration.ofSeconds(20);

	private final ManualTime time = new ManualTime();

	private final CountDownLatch leave = new CountDownLatch(1);

	private final AtomicInteger begun = new AtomicInteger();

	private final ExecutorService pool = Executors.newCachedThreadPool();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeResilienceAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(Desk.class, () -> new Desk())
		.withPropertyValues("desk.limit=1")
		.withUserConfiguration(Resilient.class);

	@AfterEach
	void shutDown() {
		this.leave.countDown();
		this.pool.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void waitEndsAtTheDeadlineWithAndWithoutInterrupts(boolean interrupt) {
		run((desk) -> {
			Caller first = call(() -> desk.unlimited());
			awaitInside();
			Caller second = call(() -> interrupt ? desk.interruptible() : desk.limited());
			second.awaitBlocked();

			this.time.advance(BUDGET);

			assertThat(second.result()).failsWithin(SOON)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(DeadlineExceededException.class)
				.withMessageContaining("(100ms) exceeded its deadline");
			assertThat(first.result()).isNotDone();
			assertThat(this.begun).as("begun").hasValue(1);
		});
	}

	@Test
	void fallbackRunsForWhoWaitedInVain() {
		run((desk) -> {
			call(() -> desk.unlimited());
			awaitInside();
			Caller second = call(() -> desk.orElse());
			second.awaitBlocked();

			this.time.advance(BUDGET);

			assertThat(second.result()).succeedsWithin(SOON).isEqualTo("cheapest");
		});
	}

	@Test
	void scopeOfTheCallerBoundsTheWaitToo() {
		run((desk) -> {
			CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();
			AtomicReference<CancelScope> request = new AtomicReference<>();
			call(() -> desk.unlimited());
			awaitInside();
			Caller second = call(() -> scopes.call(ScopeOptions.named("request"), (scope) -> {
				request.set(scope);
				return desk.unlimited();
			}));
			second.awaitBlocked();

			request.get().cancel("client went away");

			assertThat(second.result()).failsWithin(SOON).withThrowableThat().withMessageContaining("client went away");
			assertThat(this.begun).as("begun").hasValue(1);
		});
	}

	@Test
	void placeThatIsFreeInTimeIsTaken() {
		run((desk) -> {
			call(() -> desk.unlimited());
			awaitInside();
			Caller second = call(() -> desk.limited());
			second.awaitBlocked();

			this.leave.countDown();

			assertThat(second.result()).succeedsWithin(SOON).isEqualTo("limited");
		});
	}

	@Test
	void whoGaveUpLeavesNoPlaceTaken() {
		run((desk) -> {
			Caller first = call(() -> desk.unlimited());
			awaitInside();
			for (int i = 0; i < 5; i++) {
				Caller waiting = call(() -> desk.limited());
				waiting.awaitBlocked();
				this.time.advance(BUDGET);
				assertThat(waiting.result()).failsWithin(SOON);
			}
			this.leave.countDown();
			assertThat(first.result()).succeedsWithin(SOON);

			for (int i = 0; i < 5; i++) {
				assertThat(call(() -> desk.limited()).result()).succeedsWithin(SOON).isEqualTo("limited");
			}
		});
	}

	@Test
	void interruptOfSomebodyElseIsAnsweredByTheLimit() {
		run((desk) -> {
			call(() -> desk.unlimited());
			awaitInside();
			Caller second = call(() -> desk.unlimited());
			second.awaitBlocked();

			second.thread().interrupt();

			assertThat(second.result()).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(InvocationRejectedException.class);
		});
	}

	@Test
	void limitThatRefusesGoesOnRefusing() {
		run((desk) -> {
			call(() -> desk.refusing());
			awaitInside();

			assertThatExceptionOfType(InvocationRejectedException.class).isThrownBy(desk::refusing);
		});
	}

	private void run(Consumer<Desk> test) {
		this.runner.run((context) -> {
			test.accept(context.getBean(Desk.class));
			this.leave.countDown();
		});
	}

	private Caller call(Supplier<String> call) {
		Caller caller = new Caller(new CompletableFuture<>(), new CompletableFuture<>());
		this.pool.execute(() -> {
			caller.running.complete(Thread.currentThread());
			try {
				caller.result.complete(call.get());
			}
			catch (Throwable ex) {
				caller.result.completeExceptionally(ex);
			}
		});
		return caller;
	}

	/** Somebody who calls, on a thread of a pool. */
	private record Caller(CompletableFuture<Thread> running, CompletableFuture<String> result) {

		Thread thread() {
			return this.running.join();
		}

		void awaitBlocked() {
			await().atMost(SOON).until(() -> thread().getState() == Thread.State.WAITING);
		}

	}

	private void awaitInside() {
		await().atMost(SOON).until(() -> this.begun.get() == 1);
	}

	private String inside(String name) {
		this.begun.incrementAndGet();
		try {
			if (!this.leave.await(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nobody let it go");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return name;
	}

	/** All share one place, but for the method that has a limit of its own. */
	@ConcurrencyLimit(limitString = "${desk.limit}")
	class Desk {

		String unlimited() {
			return inside("unlimited");
		}

		@CancelScoped("100ms")
		String limited() {
			return inside("limited");
		}

		@CancelScoped(timeout = "100ms", interrupt = true)
		String interruptible() {
			return inside("interruptible");
		}

		@CancelScoped(timeout = "100ms", fallback = "cheapest")
		String orElse() {
			return inside("expensive");
		}

		private String cheapest() {
			return "cheapest";
		}

		@CancelScoped("100ms")
		@ConcurrencyLimit(limit = 1, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
		String refusing() {
			return inside("refusing");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

}
