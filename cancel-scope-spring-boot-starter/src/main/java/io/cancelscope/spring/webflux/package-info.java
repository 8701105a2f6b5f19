/**
 * Gives each WebFlux request a scope, in the Reactor Context of its handling, and cancels
 * it when the client goes away. On in reactive web applications.
 */
@NullMarked
package io.cancelscope.spring.webflux;

import org.jspecify.annotations.NullMarked;
