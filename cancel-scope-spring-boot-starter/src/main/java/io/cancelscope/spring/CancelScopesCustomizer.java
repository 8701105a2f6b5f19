package io.cancelscope.spring;

import io.cancelscope.CancelScopes;

/**
 * Customizer of the {@link CancelScopes} bean. Beans of this type are called in their
 * order, after the {@code TimeSource} and {@code CancelScopeListener} beans were added to
 * the builder, so they can override these settings.
 */
@FunctionalInterface
public interface CancelScopesCustomizer {

	/**
	 * Customizes the builder.
	 * @param builder the builder of the bean
	 */
	void customize(CancelScopes.Builder builder);

}
