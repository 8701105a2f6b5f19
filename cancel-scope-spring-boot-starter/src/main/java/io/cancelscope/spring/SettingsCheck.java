package io.cancelscope.spring;

import java.util.function.Consumer;

/**
 * Check for settings without effect. Features declare beans of this type. Each is called
 * once, after all singletons have been created.
 */
@FunctionalInterface
public interface SettingsCheck {

	/**
	 * Checks for settings without effect.
	 * @param warning receives a sentence for each: the setting, and the correct one
	 */
	void check(Consumer<String> warning);

}
