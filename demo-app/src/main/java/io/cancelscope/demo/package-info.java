/**
 * The trip desk: a small application that shows the library on real requests. Each file
 * shows one thing; {@code README.md} of this module says where to start reading.
 */
@NullMarked
package io.cancelscope.demo;

import org.jspecify.annotations.NullMarked;
