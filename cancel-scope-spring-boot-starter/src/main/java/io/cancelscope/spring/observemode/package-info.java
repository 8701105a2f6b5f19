/**
 * Observe mode (dry run): counts and logs what enforcement would have cancelled.
 */
@NullMarked
package io.cancelscope.spring.observemode;

import org.jspecify.annotations.NullMarked;
