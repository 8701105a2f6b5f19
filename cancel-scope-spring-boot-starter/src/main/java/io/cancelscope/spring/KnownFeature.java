package io.cancelscope.spring;

import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * What a feature needs to be on. Says why it is not on, in the order in which people can
 * do something about it. Immutable.
 *
 * @param name the feature's name
 * @param detail the detail of its part; null for a feature without parts
 * @param configuration the auto-configuration that publishes it
 * @param switches properties that switch it off: by any value but {@code true}, or by the
 * value behind a {@code =}
 * @param optIn a property that switches it on; null if it is on by default
 * @param libraryClass a class of the library that it is for; null for none
 * @param expectedWith a class that makes people expect the feature without its library;
 * null for none
 * @param missing what to do where the library is missing
 * @param bean the type of the bean that it is for; null for none
 * @param otherwise the reason where all else is there; null if that cannot be
 * @param otherwiseState the state then
 */
record KnownFeature(String name, @Nullable String detail, String configuration, List<String> switches,
		@Nullable String optIn, @Nullable String libraryClass, @Nullable String expectedWith, String missing,
		@Nullable String bean, @Nullable String otherwise, CancelScopeFeature.State otherwiseState) {

	private static final String ROOT = "io.cancelscope.spring.";

	/** Starts the description of a feature that nothing but a property switches off. */
	static KnownFeature of(String name, String configuration, String... switches) {
		return new KnownFeature(name, null, ROOT + configuration, List.of(switches), null, null, null, "", null, null,
				CancelScopeFeature.State.UNUSED);
	}

	KnownFeature part(String detail) {
		return new KnownFeature(this.name, detail, this.configuration, this.switches, this.optIn, this.libraryClass,
				this.expectedWith, this.missing, this.bean, this.otherwise, this.otherwiseState);
	}

	KnownFeature onlyWith(String property) {
		return new KnownFeature(this.name, this.detail, this.configuration, this.switches, property, this.libraryClass,
				this.expectedWith, this.missing, this.bean, this.otherwise, this.otherwiseState);
	}

	/** Its absence is worth a word only with a class that makes people expect it. */
	KnownFeature library(String type, @Nullable String expectedWith, String missing) {
		return new KnownFeature(this.name, this.detail, this.configuration, this.switches, this.optIn, type,
				expectedWith, missing, this.bean, this.otherwise, this.otherwiseState);
	}

	KnownFeature bean(String type, String missing) {
		return new KnownFeature(this.name, this.detail, this.configuration, this.switches, this.optIn,
				this.libraryClass, this.expectedWith, this.missing, type, missing, CancelScopeFeature.State.OFF);
	}

	KnownFeature otherwise(String reason, CancelScopeFeature.State state) {
		return new KnownFeature(this.name, this.detail, this.configuration, this.switches, this.optIn,
				this.libraryClass, this.expectedWith, this.missing, this.bean, reason, state);
	}

	/** Whether this is what an auto-configuration has published. */
	boolean is(CancelScopeFeature published) {
		return published.name().equals(this.name) && (this.detail == null || published.detail().equals(this.detail));
	}

	/**
	 * Says why it is not on.
	 * @param environment has the properties
	 * @param classes whether a class is on the class path, by its name
	 * @param beans whether there is a bean of a type, by its name
	 * @param excluded whether an auto-configuration is excluded, by its name
	 */
	CancelScopeFeature explain(Environment environment, Predicate<String> classes, Predicate<String> beans,
			Predicate<String> excluded) {
		if (excluded.test(this.configuration)) {
			return CancelScopeFeature.off(this.name, "excluded by spring.autoconfigure.exclude");
		}
		for (String each : this.switches) {
			String[] property = each.split("=", 2);
			String value = environment.getProperty(property[0]);
			if (value != null && isOff(value, property)) {
				return CancelScopeFeature.off(this.name, property[0] + "=" + value);
			}
		}
		if (this.optIn != null && !environment.getProperty(this.optIn, "false").equalsIgnoreCase("true")) {
			return CancelScopeFeature.unused(this.name, "only with " + this.optIn + "=true");
		}
		if (this.libraryClass != null && !classes.test(this.libraryClass)) {
			boolean expected = this.optIn != null || (this.expectedWith != null && classes.test(this.expectedWith));
			return expected ? CancelScopeFeature.off(this.name, this.missing)
					: CancelScopeFeature.unused(this.name, this.missing);
		}
		if (this.bean != null && beans.test(this.bean)) {
			return CancelScopeFeature.off(this.name,
					"bean of type " + this.bean + " came after "
							+ this.configuration.substring(this.configuration.lastIndexOf('.') + 1)
							+ ": define it in a configuration of the application");
		}
		return new CancelScopeFeature(this.name, "", this.otherwiseState,
				(this.otherwise != null) ? this.otherwise : "see the conditions report: --debug");
	}

	private static boolean isOff(String value, String[] property) {
		return (property.length > 1) ? value.equalsIgnoreCase(property[1]) : !value.equalsIgnoreCase("true");
	}

}
