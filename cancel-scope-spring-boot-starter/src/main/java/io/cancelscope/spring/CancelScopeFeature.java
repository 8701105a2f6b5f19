package io.cancelscope.spring;

import java.util.Objects;

/**
 * A feature of the starter. Each auto-configuration declares one as a bean. When the
 * application has started, two log lines list the features: those that are on, and those
 * that are off, with the reason. For information only: no other code depends on them.
 * Multiple instances with the same name are one feature with multiple details.
 *
 * @param name the package of the feature, which is also its group of properties
 * @param detail a detail, such as the library that was found; empty for none
 * @param state whether the feature is on
 * @param reason why the feature is not on, and how to switch it on; empty if it is on
 */
public record CancelScopeFeature(String name, String detail, State state, String reason) {

	public CancelScopeFeature {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(detail, "detail");
		Objects.requireNonNull(state, "state");
		Objects.requireNonNull(reason, "reason");
	}

	/**
	 * Creates a feature that is on.
	 * @param name the name of the feature
	 * @param detail a detail; empty for none
	 */
	public CancelScopeFeature(String name, String detail) {
		this(name, detail, State.ON, "");
	}

	/**
	 * Returns a feature that is on, without a detail.
	 * @param name the name of the feature
	 * @return the feature
	 */
	public static CancelScopeFeature named(String name) {
		return new CancelScopeFeature(name, "");
	}

	/**
	 * Returns a feature that is off although the application may expect it.
	 * @param name the name of the feature
	 * @param reason why the feature is off, and how to switch it on
	 * @return the feature
	 */
	public static CancelScopeFeature off(String name, String reason) {
		return new CancelScopeFeature(name, "", State.OFF, reason);
	}

	/**
	 * Returns a feature that this application does not use. Logged at debug level.
	 * @param name the name of the feature
	 * @param reason the condition under which the feature is used
	 * @return the feature
	 */
	public static CancelScopeFeature unused(String name, String reason) {
		return new CancelScopeFeature(name, "", State.UNUSED, reason);
	}

	@Override
	public String toString() {
		if (this.state != State.ON) {
			return this.name + " (" + this.reason + ")";
		}
		return this.detail.isEmpty() ? this.name : this.name + "(" + this.detail + ")";
	}

	/**
	 * States of a feature.
	 */
	public enum State {

		/** The feature is active. */
		ON,

		/** The feature is inactive, although the application may expect it. */
		OFF,

		/**
		 * The feature is not used: its library is absent, or its property is not set.
		 */
		UNUSED

	}

}
