package io.cancelscope.spring;

import java.time.Duration;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a command may have.
 */
class BudgetCommandTests {

	@Test
	void rangesAreChecked() {
		refused("quotes", Duration.ZERO, null,
				"The timeout must be more than 0 and at most 365d, but was '0s'." + " Give for example '800ms'.");
		refused("quotes", Duration.ofMillis(-1), null,
				"The timeout must be more than 0 and at most 365d, but was" + " '-1ms'. Give for example '800ms'.");
		refused(null, Duration.ofDays(366), null,
				"The timeout must be more than 0 and at most 365d, but was '366d'." + " Give for example '800ms'.");
		refused(null, Duration.ofSeconds(1), Duration.ofMinutes(-1), "The time for which a change lasts must be more"
				+ " than 0 and at most 365d, but was '-1m'. Give for example '10m', or none for until the next start.");
		refused(" ", Duration.ofSeconds(1), null, "The name of the scopes whose budget is changed must not be blank,"
				+ " but was ' '. Give the name as the endpoint shows it.");
		refused("quotes", null, null, "A change of 'quotes' must have a timeout or a mode, but has neither. Give for"
				+ " example 'timeout=800ms' or 'mode=observe'.");
		refused(null, null, Duration.ofMinutes(10), "A change of all names must have a timeout or a mode, but has only"
				+ " the time for which it lasts, '10m'. Give for example 'mode=observe'.");
	}

	@Test
	void textsAreCleaned() {
		BudgetCommand command = BudgetCommand.change("a\nb", null, Mode.OBSERVE, null, " ada\nroot ");

		assertThat(command.name()).isEqualTo("a\\nb");
		assertThat(command.who()).isEqualTo("ada\\nroot");
		assertThat(BudgetCommand.change(null, null, Mode.OBSERVE, null, "a".repeat(300)).who()).hasSize(201);
		assertThat(BudgetCommand.reset(null, " ").who()).isNull();
		assertThat(BudgetCommand.reset("quotes", null).isReset()).isTrue();
		assertThat(command.isReset()).isFalse();
	}

	private static void refused(String name, Duration timeout, Duration duration, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> BudgetCommand.change(name, timeout, null, duration, null))
			.withMessage(message);
	}

}
