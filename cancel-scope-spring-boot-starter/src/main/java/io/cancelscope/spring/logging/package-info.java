/**
 * Log lines for passed deadlines, and the name of the scope in the log context.
 */
@NullMarked
package io.cancelscope.spring.logging;

import org.jspecify.annotations.NullMarked;
