package io.cancelscope.spring;

import io.cancelscope.CancelScopes;

/**
 * Changes how the {@link CancelScopes} bean is built. Beans of this type are called in
 * their order, after the {@code TimeSource} and {@code CancelScopeListener} beans have
 * been set, so they have the last word.
 */
@FunctionalInterface
public interface CancelScopesCustomizer {

	/**
	 * Changes the builder.
	 * @param builder builds the bean when all customizers have been called
	 */
	void customize(CancelScopes.Builder builder);

}
