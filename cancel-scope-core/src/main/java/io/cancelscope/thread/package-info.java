/**
 * Threads on which every foreign interrupt is recognised.
 */
@NullMarked
package io.cancelscope.thread;

import org.jspecify.annotations.NullMarked;
