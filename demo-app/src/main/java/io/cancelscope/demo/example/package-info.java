/**
 * The four examples that Python's {@code cancel_scope} opens its README with, on this
 * library's core. No Spring here.
 */
@NullMarked
package io.cancelscope.demo.example;

import org.jspecify.annotations.NullMarked;
