/**
 * Carries scopes to other threads, in two ways that don't disturb each other.
 * {@code CancelScopeTaskDecorator} takes the scope along with tasks handed to the
 * executors that Spring Boot makes. {@code AsyncCarryingBeanPostProcessor} takes it along
 * with calls of {@code @Async} methods, whatever executor runs them.
 */
@NullMarked
package io.cancelscope.spring.task;

import org.jspecify.annotations.NullMarked;
