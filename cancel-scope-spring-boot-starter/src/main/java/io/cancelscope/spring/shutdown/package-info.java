/**
 * The end of the application: what is still running then is cancelled.
 */
@NullMarked
package io.cancelscope.spring.shutdown;

import org.jspecify.annotations.NullMarked;
