package io.cancelscope.spring;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.example.shop.Shop;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.logging.CancelScopeLoggingAutoConfiguration;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Strangers name scopes, reasons and threads, and the whole log is read afterwards: each
 * line is one that the application wrote.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileLogTests {

	private static final String FORGED = "2026-11-29T00:00:00Z INFO all is well";

	private static final String HOSTILE = "x\r\n" + FORGED + "\u2028\u2029\u0085\u001b[2J\u009b2J\b\u202e";

	private static final String CLEAN = "x\\r\\n" + FORGED + "\\u2028\\u2029\\u0085\\u001b[2J\\u009b2J\\u0008\\u202e";

	private final ManualTime time = new ManualTime();

	private final LogLines log = new LogLines();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeLoggingAutoConfiguration.class, CancelScopeObserveModeAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(Shop.class)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run));

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void deadlineLine() {
		this.runner.run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			scopes.run(ScopeOptions.named(HOSTILE), (outer) -> {
				OpenScope inner = scopes.open(ScopeOptions.named(HOSTILE + " inner")
					.withTimeout(Duration.ofSeconds(1))
					.withBudgetSource(HOSTILE));
				this.time.advance(Duration.ofSeconds(2));
				assertThat(inner.isCancelled()).isTrue();
				inner.close();
			});
		});

		assertThat(this.log.lines()).anySatisfy((line) -> assertThat(line).contains(
				"Scope '" + CLEAN + " inner' ran out of its budget of 1s (" + CLEAN + ")",
				"in '" + CLEAN + "'; thread '"));
		nothingIsForged();
	}

	@Test
	void deadlineLineThatNamesAThread() {
		CountDownLatch there = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.runner.run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			Thread worker = new Thread(() -> scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)), (scope) -> {
				scope.onCancel((reason) -> {
				});
				context.getBean(Shop.class).waitForCustomers(there, end);
			}), HOSTILE);
			worker.start();
			there.await();
			this.time.advance(Duration.ofSeconds(2));
			end.countDown();
			worker.join();
		});

		assertThat(this.log.lines()).anySatisfy((line) -> assertThat(line).contains("; thread '" + CLEAN + "'"));
		nothingIsForged();
	}

	@Test
	void observedLine() {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			scopes.run(ScopeOptions.named(HOSTILE), (scope) -> scope.cancel(HOSTILE));
		});

		assertThat(this.log.lines()).anySatisfy((line) -> assertThat(line)
			.contains("Observed: scope '" + CLEAN + "' would have been cancelled (REQUESTED): " + CLEAN));
		nothingIsForged();
	}

	@Test
	void observedLineThatABigReasonCannotFill() {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			scopes.run(ScopeOptions.named("n".repeat(1_000_000)), (scope) -> scope.cancel("r".repeat(1_000_000)));
		});

		assertThat(this.log.lines()).allSatisfy((line) -> assertThat(line).hasSizeLessThan(5_000));
		assertThat(this.log.lines()).anyMatch((line) -> line.endsWith("r…"));
	}

	@Test
	void loggingContext() {
		this.runner.withPropertyValues("cancel-scope.logging.mdc=true")
			.run((context) -> context.getBean(CancelScopes.class)
				.run(ScopeOptions.named(HOSTILE), (scope) -> assertThat(MDC.get("cancelScope")).isEqualTo(CLEAN)));
	}

	@Test
	void whateverIsLogged() {
		OneLineLog logger = OneLineLog.of(HostileLogTests.class);

		logger.info("info " + HOSTILE);
		logger.warn("warn " + HOSTILE);
		logger.warn("failed " + HOSTILE, new IllegalStateException("broken"));
		logger.warn("x".repeat(1_000_000));

		assertThat(this.log.lines()).contains("INFO info " + CLEAN, "WARN warn " + CLEAN, "WARN failed " + CLEAN);
		assertThat(this.log.lines()).allSatisfy((line) -> assertThat(line).hasSizeLessThan(5_000));
		nothingIsForged();
	}

	private void nothingIsForged() {
		assertThat(this.log.lines()).isNotEmpty()
			.allSatisfy((line) -> assertThat(line).matches("[^\\p{Cc}\\u2028\\u2029\\u202e]+"));
	}

}
