/**
 * Observing: what would have been cancelled is counted and logged, and goes on.
 */
@NullMarked
package io.cancelscope.spring.observe;

import org.jspecify.annotations.NullMarked;
