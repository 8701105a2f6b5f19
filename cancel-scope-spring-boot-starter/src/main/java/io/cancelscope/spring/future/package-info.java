/**
 * Keeps the scopes of {@link io.cancelscope.spring.CancelScoped} methods that return
 * futures open until these complete.
 */
@NullMarked
package io.cancelscope.spring.future;

import org.jspecify.annotations.NullMarked;
