/**
 * Scopes of {@link io.cancelscope.spring.CancelScoped} methods that return reactive
 * types, from the subscription to the end. Requires Reactor.
 */
@NullMarked
package io.cancelscope.spring.reactor;

import org.jspecify.annotations.NullMarked;
