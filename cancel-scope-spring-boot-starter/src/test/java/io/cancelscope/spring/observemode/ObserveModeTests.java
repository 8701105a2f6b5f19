package io.cancelscope.spring.observemode;

import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.PacedLines;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@code cancel-scope.mode=observe}: what would have been cancelled is counted and
 * logged, and goes on.
 */
@ExtendWith(OutputCaptureExtension.class)
class ObserveModeTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeObserveModeAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(Quotes.class);

	@Test
	void lateMethodRunsToItsEndAndIsCounted(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			assertThat(context.getBean(Quotes.class).best(Duration.ofSeconds(3))).isEqualTo("best");
			assertThat(context.getBean(Quotes.class).best(Duration.ofMillis(1))).isEqualTo("best");

			ObservedCancellations observed = context.getBean(ObservedCancellations.class);
			assertThat(observed.count()).isOne();
			assertThat(observed.countByName()).containsOnlyKeys("Quotes.best");
		});
		assertThat(output).contains("Observed: scope 'Quotes.best' would have been cancelled (DEADLINE):"
				+ " the budget of 800ms is used up, after 3s");
	}

	@Test
	void namesHaveModesOfTheirOwn() {
		this.runner.withPropertyValues("cancel-scope.modes.Quotes.best=observe").run((context) -> {
			assertThat(context.getBean(Quotes.class).best(Duration.ofSeconds(3))).isEqualTo("best");
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> context.getBean(Quotes.class).other(Duration.ofSeconds(3)));
		});
		this.runner.withPropertyValues("cancel-scope.mode=observe", "cancel-scope.modes.Quotes.best=enforce")
			.run((context) -> {
				assertThatExceptionOfType(DeadlineExceededException.class)
					.isThrownBy(() -> context.getBean(Quotes.class).best(Duration.ofSeconds(3)));
				assertThat(context.getBean(Quotes.class).other(Duration.ofSeconds(3))).isEqualTo("other");
			});
	}

	@Test
	void nothingIsThereWhereNobodyObserves() {
		this.runner.withPropertyValues("cancel-scope.modes.Quotes.best=enforce")
			.run((context) -> assertThat(context).doesNotHaveBean(ObservedCancellations.class)
				.doesNotHaveBean("observedScopesCustomizer"));
	}

	@Test
	void logIsSilentForAWhileAfterEachLine(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			Quotes quotes = context.getBean(Quotes.class);
			for (int i = 0; i < 4; i++) {
				quotes.best(Duration.ofSeconds(1));
			}
			quotes.other(Duration.ofSeconds(1));
			this.time.advance(PacedLines.INTERVAL);
			quotes.best(Duration.ofSeconds(1));

			assertThat(context.getBean(ObservedCancellations.class).countByName()).containsEntry("Quotes.best", 5L)
				.containsEntry("Quotes.other", 1L);
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains("'Quotes.best' would"))).hasSize(2)
			.last()
			.asString()
			.endsWith("after 1s; and 3 more since the last line");
		assertThat(output).containsOnlyOnce("'Quotes.other' would");
	}

	@Test
	void namesBeyondAThousandAreCountedTogether() {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			for (int i = 0; i < ObservedCancellations.MOST_NAMES + 50; i++) {
				scopes.run(ScopeOptions.named("name " + i), CancelScope::cancel);
			}

			ObservedCancellations observed = context.getBean(ObservedCancellations.class);
			assertThat(observed.count()).isEqualTo(ObservedCancellations.MOST_NAMES + 50);
			assertThat(observed.countByName()).hasSize(ObservedCancellations.MOST_NAMES + 1)
				.containsEntry(BoundedNames.OTHERS, 50L);
		});
	}

	@Test
	void modeThatIsNoneFailsTheStart() {
		this.runner.withPropertyValues("cancel-scope.mode=watch")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("CancelScopeProperties.Mode.watch"));
	}

	static class Quotes {

		private final ManualTime time;

		private final CancelScopes scopes;

		Quotes(ManualTime time, CancelScopes scopes) {
			this.time = time;
			this.scopes = scopes;
		}

		@CancelScoped("800ms")
		public String best(Duration lasting) {
			this.time.advance(lasting);
			this.scopes.check();
			return "best";
		}

		@CancelScoped("800ms")
		public String other(Duration lasting) {
			this.time.advance(lasting);
			this.scopes.check();
			return "other";
		}

	}

}
