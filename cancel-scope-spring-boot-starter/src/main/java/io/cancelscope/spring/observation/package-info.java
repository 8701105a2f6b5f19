/**
 * Observations of scopes, which become spans where there is tracing.
 */
@NullMarked
package io.cancelscope.spring.observation;

import org.jspecify.annotations.NullMarked;
