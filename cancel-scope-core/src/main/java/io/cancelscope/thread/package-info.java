/**
 * Threads that can tell whose interrupt it was.
 */
@NullMarked
package io.cancelscope.thread;

import org.jspecify.annotations.NullMarked;
