/**
 * Micrometer metrics of scopes.
 */
@NullMarked
package io.cancelscope.spring.metrics;

import org.jspecify.annotations.NullMarked;
