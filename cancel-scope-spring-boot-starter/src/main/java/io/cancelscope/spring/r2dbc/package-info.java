/**
 * Stops R2DBC statements when their scope is cancelled, for all libraries on top of a
 * {@code ConnectionFactory}. {@code ConnectionFactoryProxyingBeanPostProcessor} wraps
 * each {@code ConnectionFactory} bean. A statement that is executed in a scope is an
 * {@code StatementExecution}: it stays subscribed to the driver until the database has
 * answered, also if its subscriber has left. What comes next on its connection waits for
 * that.
 */
@NullMarked
package io.cancelscope.spring.r2dbc;

import org.jspecify.annotations.NullMarked;
