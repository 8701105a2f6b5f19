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
 */
@NullMarked
package io.cancelscope.spring.aop;

import org.jspecify.annotations.NullMarked;
