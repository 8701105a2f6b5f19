package io.cancelscope.spring;

import java.util.Objects;

/**
 * A feature of the starter that is on. Each auto-configuration publishes one as a bean;
 * the line that is logged when the application has started lists them. For information
 * only: nothing else depends on them. Several of one name are one feature with several
 * details.
 *
 * @param name the feature's package, which is also its group of properties
 * @param detail what is worth knowing about it, such as the library it found; empty for
 * nothing
 */
public record CancelScopeFeature(String name, String detail) {

	public CancelScopeFeature {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(detail, "detail");
	}

	/**
	 * Returns a feature there is nothing more to say about.
	 * @param name the feature's name
	 * @return the feature
	 */
	public static CancelScopeFeature named(String name) {
		return new CancelScopeFeature(name, "");
	}

	@Override
	public String toString() {
		return this.detail.isEmpty() ? this.name : this.name + "(" + this.detail + ")";
	}

}
