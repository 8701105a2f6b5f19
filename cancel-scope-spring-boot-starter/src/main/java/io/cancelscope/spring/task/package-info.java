/**
 * Propagates scopes to other threads, in two independent ways.
 * {@code CancelScopeTaskDecorator} propagates the scope to tasks of the executors that
 * Spring Boot creates. {@code AsyncScopePropagationBeanPostProcessor} propagates it to
 * calls of {@code @Async} methods on any executor.
 */
@NullMarked
package io.cancelscope.spring.task;

import org.jspecify.annotations.NullMarked;
