/**
 * Makes the scopes of {@link io.cancelscope.spring.CancelScoped} methods that return
 * futures last until those complete.
 */
@NullMarked
package io.cancelscope.spring.future;

import org.jspecify.annotations.NullMarked;
