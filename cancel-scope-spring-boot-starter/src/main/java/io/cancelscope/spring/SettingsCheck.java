package io.cancelscope.spring;

import java.util.function.Consumer;

/**
 * Finds settings that have no effect. Features publish such beans; each is called once
 * when all singletons have been created.
 */
@FunctionalInterface
public interface SettingsCheck {

	/**
	 * Looks for settings without effect.
	 * @param warning accepts a sentence for each: what is set in vain, and what to write
	 * instead
	 */
	void check(Consumer<String> warning);

}
