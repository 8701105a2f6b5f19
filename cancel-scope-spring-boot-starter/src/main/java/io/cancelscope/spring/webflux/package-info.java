/**
 * Scopes of WebFlux requests, in the Reactor Context of their handling. A scope is
 * cancelled if the client disconnects. Requires a reactive web application.
 */
@NullMarked
package io.cancelscope.spring.webflux;

import org.jspecify.annotations.NullMarked;
