/**
 * From what was measured to the tables and charts in {@code benchmarks/results}: no
 * figure there is typed by hand.
 */
package io.cancelscope.benchmarks.report;
