package io.cancelscope.spring.aop;

import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CancelScopedTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class, AopCancelAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time);

	@Test
	void methodThatOverrunsItsBudgetIsStoppedByItsNextCheck() {
		this.runner.withBean(QuoteService.class, this.time).run((context) -> {
			QuoteService quotes = context.getBean(QuoteService.class);
			assertThat(quotes.best(Duration.ofMillis(799))).isEqualTo("best");
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> quotes.best(Duration.ofMillis(800)))
				.withMessage("scope 'QuoteService.best' (800ms) exceeded its deadline");
			assertThat(CancelScope.current().name()).isEqualTo("root");
		});
	}

	static class QuoteService {

		private final ManualTime time;

		QuoteService(ManualTime time) {
			this.time = time;
		}

		@CancelScoped("800ms")
		String best(Duration work) {
			this.time.advance(work);
			CancelScope.current().check();
			return "best";
		}

	}

}
