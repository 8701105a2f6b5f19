package io.cancelscope.spring;

import java.util.Objects;

/**
 * A feature of the starter. Each auto-configuration publishes one as a bean; two lines
 * that are logged when the application has started list them: those that are on, and
 * those that are off, with the reason. For information only: nothing else depends on
 * them. Multiple ones of one name are one feature with multiple details.
 *
 * @param name the feature's package, which is also its group of properties
 * @param detail what is worth knowing about it, such as the library it found; empty for
 * nothing
 * @param state whether it is on
 * @param reason why it is not on, and what switches it on; empty if it is on
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
	 * @param name the feature's name
	 * @param detail what is worth knowing about it; empty for nothing
	 */
	public CancelScopeFeature(String name, String detail) {
		this(name, detail, State.ON, "");
	}

	/**
	 * Returns a feature that is on, without a detail.
	 * @param name the feature's name
	 * @return the feature
	 */
	public static CancelScopeFeature named(String name) {
		return new CancelScopeFeature(name, "");
	}

	/**
	 * Returns a feature that is off although the application may expect it.
	 * @param name the feature's name
	 * @param reason why it is off, and what switches it on
	 * @return the feature
	 */
	public static CancelScopeFeature off(String name, String reason) {
		return new CancelScopeFeature(name, "", State.OFF, reason);
	}

	/**
	 * Returns a feature that has nothing to do in this application. Logged at level
	 * debug.
	 * @param name the feature's name
	 * @param reason what would give it something to do
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
	 * Whether a feature is on.
	 */
	public enum State {

		/** It does what it is for. */
		ON,

		/** It does nothing, although the application may expect it. */
		OFF,

		/**
		 * It has nothing to do: its library is absent, or the application did not ask.
		 */
		UNUSED

	}

}
