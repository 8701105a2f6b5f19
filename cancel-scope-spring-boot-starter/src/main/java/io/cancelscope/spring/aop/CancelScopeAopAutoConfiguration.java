package io.cancelscope.spring.aop;

import io.cancelscope.spring.CancelScopeAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration that weaves {@code @CancelScoped} into beans, as specified by
 * {@code cancel-scope.weaving}.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@Import(WeavingSelector.class)
public final class CancelScopeAopAutoConfiguration {

}
