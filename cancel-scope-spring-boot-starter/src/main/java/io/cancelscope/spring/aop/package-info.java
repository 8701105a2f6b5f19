/**
 * Weaves {@link io.cancelscope.spring.CancelScoped} into beans.
 * <p>
 * At start-up, {@code CancelScopedBeanPostProcessor} uses {@code CancelScopedSource} to
 * find the annotated methods of a bean. {@code CancelScopedResolver} converts their
 * attributes to {@code ScopeOptions}, which {@code CancelScopedOperations} stores. In a
 * call, {@code CancelScopedInterceptor} reads these options, and
 * {@code CancelScopedInvoker} opens the scope, proceeds and closes it. If the result
 * outlives the call, the {@code ReturnValueAdapter} of its type closes the scope.
 * <p>
 * With {@code cancel-scope.weaving=aspect}, {@code CancelScopedAspect} calls the same
 * interceptor, and a post-processor only checks the beans.
 */
@NullMarked
package io.cancelscope.spring.aop;

import org.jspecify.annotations.NullMarked;
