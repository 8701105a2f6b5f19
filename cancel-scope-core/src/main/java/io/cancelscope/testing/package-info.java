/**
 * Owning time in tests, and finding what they leave behind.
 */
@NullMarked
package io.cancelscope.testing;

import org.jspecify.annotations.NullMarked;
