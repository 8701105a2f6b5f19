/**
 * Metrics of scopes, by Micrometer.
 */
@NullMarked
package io.cancelscope.spring.metrics;

import org.jspecify.annotations.NullMarked;
