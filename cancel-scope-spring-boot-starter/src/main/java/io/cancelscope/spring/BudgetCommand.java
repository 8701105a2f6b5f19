package io.cancelscope.spring;

import java.time.Duration;

import io.cancelscope.Durations;
import io.cancelscope.LogText;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

/**
 * A command that changes budget or mode of the scopes of one name, or of all, while the
 * application runs. For features.
 *
 * @param name the name of the scopes, or {@code null} for all names
 * @param timeout the new budget, or {@code null} to leave it
 * @param mode the new mode, or {@code null} to leave it; with neither, what was changed
 * before is reverted
 * @param duration how long the change lasts, or {@code null} for until the next start
 * @param who the person who asks for it, or {@code null}
 */
public record BudgetCommand(@Nullable String name, @Nullable Duration timeout, @Nullable Mode mode,
		@Nullable Duration duration, @Nullable String who) {

	/** The longest budget, and the longest time that a change can last. */
	public static final Duration LONGEST = Duration.ofDays(365);

	/** The longest name of a person, in characters. */
	public static final int LONGEST_WHO = 200;

	private static final int SHOWN = 40;

	/**
	 * Creates a command. Characters of names that are unsafe in a log line are replaced,
	 * as in the name of a scope.
	 * @throws IllegalArgumentException if a value is out of range
	 */
	public BudgetCommand {
		if (name != null && name.isBlank()) {
			throw new IllegalArgumentException(
					"The name of the scopes whose budget is changed must not be blank, but was '"
							+ LogText.of(name, SHOWN) + "'. Give the name as the endpoint shows it.");
		}
		check("The timeout", timeout, "Give for example '800ms'");
		check("The time for which a change lasts", duration,
				"Give for example '10m', or none for until the next start");
		if (duration != null && timeout == null && mode == null) {
			throw new IllegalArgumentException("A change of " + whose(name)
					+ " must have a timeout or a mode, but has only the time for which it lasts, '"
					+ Durations.format(duration) + "'. Give for example 'mode=observe'.");
		}
		name = (name != null) ? LogText.of(name) : null;
		who = (who == null || who.isBlank()) ? null : LogText.of(who.strip(), LONGEST_WHO);
	}

	private static void check(String what, @Nullable Duration value, String advice) {
		if (value != null && (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0)) {
			throw new IllegalArgumentException(what + " must be more than 0 and at most " + Durations.format(LONGEST)
					+ ", but was '" + Durations.format(value) + "'. " + advice + ".");
		}
	}

	/**
	 * Returns a command that changes something.
	 * @param name the name of the scopes, or {@code null} for all names
	 * @param timeout the new budget, or {@code null} to leave it
	 * @param mode the new mode, or {@code null} to leave it
	 * @param duration how long the change lasts, or {@code null}
	 * @param who the person who asks for it, or {@code null}
	 * @return the command
	 * @throws IllegalArgumentException if there is neither timeout nor mode, or a value
	 * is out of range
	 */
	public static BudgetCommand change(@Nullable String name, @Nullable Duration timeout, @Nullable Mode mode,
			@Nullable Duration duration, @Nullable String who) {
		if (timeout == null && mode == null && duration == null) {
			throw new IllegalArgumentException("A change of " + whose(name)
					+ " must have a timeout or a mode, but has neither. Give for example 'timeout=800ms' or"
					+ " 'mode=observe'.");
		}
		return new BudgetCommand(name, timeout, mode, duration, who);
	}

	/**
	 * Returns a command that reverts changes, so that what is configured applies again.
	 * @param name the name of the scopes, or {@code null} for all changes of all names
	 * @param who the person who asks for it, or {@code null}
	 * @return the command
	 */
	public static BudgetCommand reset(@Nullable String name, @Nullable String who) {
		return new BudgetCommand(name, null, null, null, who);
	}

	/**
	 * Returns whether this command reverts changes.
	 * @return whether it has neither timeout nor mode
	 */
	public boolean isReset() {
		return this.timeout == null && this.mode == null;
	}

	private static String whose(@Nullable String name) {
		return (name != null) ? "'" + LogText.of(name, SHOWN) + "'" : "all names";
	}

}
