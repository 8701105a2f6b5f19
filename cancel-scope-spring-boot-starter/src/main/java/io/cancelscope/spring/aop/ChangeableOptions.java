package io.cancelscope.spring.aop;

import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ChangedSettings;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeSettings;
import org.jspecify.annotations.Nullable;

/**
 * The options of the scopes of a method. A change at run time gives them another budget;
 * while nothing is changed, looking for one is reading a field.
 */
final class ChangeableOptions {

	private final ScopeOptions configured;

	/** Null for options that are those of one call. */
	private final @Nullable ScopeSettings settings;

	/**
	 * Plain: what it refers to is immutable, and who reads an older one makes the options
	 * again. Whether it is up to date is seen by the changes it was made of.
	 */
	private @Nullable Changed last;

	private ChangeableOptions(ScopeOptions configured, @Nullable ScopeSettings settings) {
		this.configured = configured;
		this.settings = settings;
	}

	static ChangeableOptions of(ScopeOptions configured, ScopeSettings settings) {
		return new ChangeableOptions(configured, settings);
	}

	static ChangeableOptions fixed(ScopeOptions options) {
		return new ChangeableOptions(options, null);
	}

	/** Returns what the annotations and properties say. */
	ScopeOptions configured() {
		return this.configured;
	}

	/** Returns the options of a scope that opens now. */
	ScopeOptions get() {
		ChangedSettings changed = (this.settings != null) ? this.settings.changed() : null;
		return (changed == null) ? this.configured : with(changed);
	}

	private ScopeOptions with(ChangedSettings changed) {
		Changed last = this.last;
		if (last == null || last.settings != changed) {
			ScopeBudget budget = changed.budgetOf(this.configured.name());
			last = new Changed(changed, (budget == null) ? this.configured
					: this.configured.withTimeout(budget.timeout()).withBudgetSource(budget.source()));
			this.last = last;
		}
		return last.options;
	}

	private record Changed(ChangedSettings settings, ScopeOptions options) {

	}

}
