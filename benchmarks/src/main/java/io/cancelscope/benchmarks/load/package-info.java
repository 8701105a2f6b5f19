/**
 * An application of Spring Boot that waits for a peer, for a database and for a latch,
 * and what becomes of that when time is up ({@link io.cancelscope.benchmarks.load.Stop})
 * or when too many ask ({@link io.cancelscope.benchmarks.load.Overload}): with
 * cancel-scope, and with what teams use otherwise.
 */
package io.cancelscope.benchmarks.load;
