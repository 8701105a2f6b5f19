package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.Locale;

import io.cancelscope.LogText;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * What a caller of the endpoint asks for, as it was written.
 *
 * @param name the name of the scopes, or {@code null} for all
 * @param timeout the budget, or {@code null}
 * @param mode the mode, or {@code null}
 * @param duration how long it lasts, or {@code null}
 * @param who the caller, or {@code null}
 */
record ChangeRequest(@Nullable String name, @Nullable String timeout, @Nullable String mode, @Nullable String duration,
		@Nullable String who) {

	private static final int SHOWN = 40;

	/**
	 * Returns the command.
	 * @throws IllegalArgumentException if it can't be understood, or must not be executed
	 */
	BudgetCommand command() {
		checkName(this.name);
		return BudgetCommand.change(this.name, duration("timeout", this.timeout, "800ms"), mode(this.mode),
				duration("for", this.duration, "10m"), this.who);
	}

	private static void checkName(@Nullable String name) {
		if (BoundedNames.OTHERS.equals(name)) {
			throw new IllegalArgumentException("Cannot change the budget of '" + BoundedNames.OTHERS
					+ "', which stands for all names beyond cancel-scope.budget.max-names. Give one name, or change all"
					+ " names at once.");
		}
	}

	private static @Nullable Duration duration(String parameter, @Nullable String value, String example) {
		if (value == null) {
			return null;
		}
		try {
			return DurationStyle.detectAndParse(value.strip());
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new IllegalArgumentException("The parameter '" + parameter + "' must be a duration, but was '"
					+ LogText.of(value, SHOWN) + "'. Give a number and a unit (ms, s, m, h or d), for example '"
					+ parameter + "=" + example + "'.", ex);
		}
	}

	private static @Nullable Mode mode(@Nullable String value) {
		if (value == null) {
			return null;
		}
		try {
			return Mode.valueOf(value.strip().toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("The parameter 'mode' must be 'enforce' or 'observe', but was '"
					+ LogText.of(value, SHOWN) + "'. Give for example 'mode=observe'.", ex);
		}
	}

}
