package io.cancelscope.spring.logging;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.example.shop.Shop;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The line that is logged where a deadline has passed.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeadlineLoggerTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeLoggingAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(Shop.class);

	@Test
	void lineSaysWhatRanOutAndWhereTheWorkWas(CapturedOutput output) {
		Thread.currentThread().setName("till-1");
		this.runner.run((context) -> expire(context.getBean(CancelScopes.class), "sale",
				() -> context.getBean(Shop.class).sell(this.time)));

		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" INFO ")
			.containsPattern("Scope 'sale' ran out of its budget of 1s, noticed after 1s;"
					+ " thread 'till-1' was at com\\.example\\.shop\\.Shop#sell:\\d+$");
	}

	@Test
	void placeIsTheUsersAlsoWhereAManualTimeFires(CapturedOutput output) {
		this.runner.run((context) -> expire(context.getBean(CancelScopes.class), "sale", () -> {
			CancelScope.current().onCancel((reason) -> {
			});
			context.getBean(Shop.class).sell(this.time);
		}));

		assertThat(lines(output)).singleElement()
			.asString()
			.containsPattern("was at com\\.example\\.shop\\.Shop#sell:\\d+$");
	}

	@Test
	void onlyTheScopeWithTheDeadlineHasALine(CapturedOutput output) {
		run((scopes) -> scopes.run(ScopeOptions.named("request"), (request) -> expire(scopes, "outer", () -> scopes
			.run(ScopeOptions.named("inner"), (inner) -> scopes.run(ScopeOptions.named("outer"), (same) -> {
				this.time.advance(Duration.ofSeconds(2));
				same.check();
			})))));

		assertThat(lines(output)).singleElement()
			.asString()
			.contains("Scope 'outer' ran out of its budget of 1s, noticed after 2s, in 'request'; thread");
	}

	@Test
	void workThatIsNotBegunHasALineOfItsOwn(CapturedOutput output) {
		run((scopes) -> {
			expire(scopes, "sale", () -> this.time.advance(Duration.ofSeconds(2)));
			refuse(scopes, "sale");
			refuse(scopes, "sale");
			this.time.advance(Duration.ofSeconds(20));
			refuse(scopes, "sale");
			scopes.run(ScopeOptions.named("sale"), (scope) -> scope.cancel("the shop closes"));
		});

		assertThat(output.getOut().lines().filter((line) -> line.contains("was not begun"))).satisfiesExactly(
				(line) -> assertThat(line).contains(" INFO ")
					.endsWith("Scope 'sale' was not begun: it requires 2s to start, and only 1s are left"),
				(line) -> assertThat(line).endsWith("and only 1s are left; and 1 more since the last line"));
	}

	/** With a scope inside, which is cancelled as well. */
	private static void refuse(CancelScopes scopes, String name) {
		InsufficientBudgetException cause = new InsufficientBudgetException(Duration.ofSeconds(2),
				Duration.ofSeconds(1));
		scopes.run(ScopeOptions.named(name), (scope) -> scopes.run(ScopeOptions.named("inside"),
				(inside) -> scope.cancel(cause.getMessage(), cause)));
	}

	@Test
	@Timeout(value = 60, unit = TimeUnit.SECONDS)
	void threadThatIsBlockedElsewhereIsFound(CapturedOutput output) {
		CountDownLatch there = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.runner.run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			Thread till = new Thread(
					() -> scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)).withName("sale"), (scope) -> {
						scope.onCancel((reason) -> {
						});
						context.getBean(Shop.class).waitForCustomers(there, end);
					}), "till-2");
			till.start();
			there.await();

			this.time.advance(Duration.ofSeconds(1));
			end.countDown();
			till.join();
		});

		assertThat(lines(output)).singleElement()
			.asString()
			.contains("; thread 'till-2' was at com.example.shop.Shop#waitForCustomers");
	}

	@Test
	void logIsSilentForAWhileAfterEachLine(CapturedOutput output) {
		run((scopes) -> {
			for (int i = 0; i < 4; i++) {
				expire(scopes, "sale", () -> this.time.advance(Duration.ofSeconds(1)));
			}
			expire(scopes, "other", () -> this.time.advance(Duration.ofSeconds(1)));
			this.time.advance(Duration.ofSeconds(10));
			expire(scopes, "sale", () -> this.time.advance(Duration.ofSeconds(1)));
		});

		assertThat(lines(output)).hasSize(3)
			.satisfies((lines) -> assertThat(lines.get(2)).endsWith("; and 3 more since the last line"));
	}

	@Test
	void intervalIsAProperty(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.logging.interval=0s").run((context) -> {
			expire(context.getBean(CancelScopes.class), "sale", () -> this.time.advance(Duration.ofSeconds(1)));
			expire(context.getBean(CancelScopes.class), "sale", () -> this.time.advance(Duration.ofSeconds(1)));
		});
		this.runner.withPropertyValues("cancel-scope.logging.interval=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.logging.interval")
				.hasMessageContaining("must not be negative"));

		assertThat(lines(output)).hasSize(2);
	}

	@Test
	void otherCancellationsHaveNone(CapturedOutput output) {
		run((scopes) -> scopes.run(ScopeOptions.named("a").withTimeout(Duration.ofSeconds(1)), CancelScope::cancel));

		assertThat(lines(output)).isEmpty();
	}

	@Test
	void nothingIsLoggedWhereThatIsOff(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.logging.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(DeadlineLogger.class);
			expire(context.getBean(CancelScopes.class), "a", () -> this.time.advance(Duration.ofSeconds(2)));
		});

		assertThat(lines(output)).isEmpty();
	}

	private void run(Consumer<CancelScopes> work) {
		this.runner.run((context) -> work.accept(context.getBean(CancelScopes.class)));
	}

	private static void expire(CancelScopes scopes, String name, Runnable body) {
		Throwable thrown = catchThrowable(() -> scopes
			.run(ScopeOptions.named(name).withTimeout(Duration.ofSeconds(1)).checkOnExit(), (scope) -> body.run()));
		assertThat(thrown).isNotNull();
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("ran out of its budget")).toList();
	}

}
