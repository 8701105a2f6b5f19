/**
 * Cancels open scopes when the application stops.
 */
@NullMarked
package io.cancelscope.spring.shutdown;

import org.jspecify.annotations.NullMarked;
