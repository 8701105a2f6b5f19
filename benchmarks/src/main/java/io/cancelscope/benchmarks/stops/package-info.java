/**
 * What stops, and when: the same work under the same budget in one application for each
 * of the ways that Java offers for it, each in a JVM of its own
 * ({@link io.cancelscope.benchmarks.stops.Stops}), and the table and the chart of it
 * ({@link io.cancelscope.benchmarks.stops.StopsReport}).
 */
package io.cancelscope.benchmarks.stops;
