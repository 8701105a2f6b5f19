/**
 * What trips cost in the past: a query that takes as long as somebody wants.
 */
@NullMarked
package io.cancelscope.demo.history;

import org.jspecify.annotations.NullMarked;
