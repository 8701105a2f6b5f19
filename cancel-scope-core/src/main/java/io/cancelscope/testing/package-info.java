/**
 * Support for tests: a clock that tests control, and a detector of scopes that they leave
 * open.
 */
@NullMarked
package io.cancelscope.testing;

import org.jspecify.annotations.NullMarked;
