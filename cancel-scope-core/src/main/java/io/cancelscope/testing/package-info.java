/**
 * Owning time in tests.
 */
@NullMarked
package io.cancelscope.testing;

import org.jspecify.annotations.NullMarked;
