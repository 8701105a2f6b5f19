/**
 * Makes the scopes of {@link io.cancelscope.spring.CancelScoped} methods that return
 * reactive types last from subscription to the end. On where Reactor is there.
 */
@NullMarked
package io.cancelscope.spring.reactor;

import org.jspecify.annotations.NullMarked;
