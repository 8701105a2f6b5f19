/**
 * Micrometer observations of scopes, which tracing turns into spans.
 */
@NullMarked
package io.cancelscope.spring.observation;

import org.jspecify.annotations.NullMarked;
