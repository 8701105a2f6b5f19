/**
 * Weaves {@link io.cancelscope.spring.CancelScoped} into beans.
 * <p>
 * At start-up {@code CancelScopedBeanPostProcessor} asks {@code CancelScopedSource} which
 * methods of a bean the annotation applies to; {@code CancelScopedResolver} turns each
 * one's attributes into {@code ScopeOptions}, which {@code CancelScopedOperations} keeps.
 * In a call {@code CancelScopedInterceptor} takes them from there, and
 * {@code CancelScopedInvoker} opens the scope, proceeds and closes it; or, where the
 * result outlives the call, leaves that to the {@code ReturnValueAdapter} of the method's
 * type.
 * <p>
 * With {@code cancel-scope.weaving=aspect} the way in is {@code CancelScopedAspect},
 * which hands over to the same interceptor; a post-processor then only checks.
 */
@NullMarked
package io.cancelscope.spring.aop;

import org.jspecify.annotations.NullMarked;
