/**
 * Stops JDBC statements at the deadline, whatever sits on the {@code DataSource}.
 * {@code DataSourceProxyingBeanPostProcessor} makes each {@code DataSource} bean hand out
 * connections whose statements register with the scope while they execute
 * ({@code Execution}); when it is cancelled, {@code Cancelling} keeps on cancelling the
 * statement until it has ended.
 */
@NullMarked
package io.cancelscope.spring.jdbc;

import org.jspecify.annotations.NullMarked;
