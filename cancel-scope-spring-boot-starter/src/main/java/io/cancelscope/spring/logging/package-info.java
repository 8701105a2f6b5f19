/**
 * Logs: a line where a deadline passed, and the scope's name in the log context.
 */
@NullMarked
package io.cancelscope.spring.logging;

import org.jspecify.annotations.NullMarked;
