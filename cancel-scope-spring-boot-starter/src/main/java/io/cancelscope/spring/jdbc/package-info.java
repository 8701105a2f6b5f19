/**
 * Stops JDBC statements when their scope is cancelled, for all libraries on top of a
 * {@code DataSource}. {@code DataSourceProxyingBeanPostProcessor} wraps each
 * {@code DataSource} bean. Statements of its connections register with the scope while
 * they execute ({@code StatementExecution}). When the scope is cancelled,
 * {@code StatementCanceller} cancels the statement repeatedly until it has ended.
 */
@NullMarked
package io.cancelscope.spring.jdbc;

import org.jspecify.annotations.NullMarked;
