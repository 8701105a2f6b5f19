/**
 * Scopes of servlet requests. A filter opens the scope, asynchronous requests keep it
 * open until they end, and the response to a cancelled request is a problem detail.
 * Requires a servlet application.
 */
@NullMarked
package io.cancelscope.spring.web;

import org.jspecify.annotations.NullMarked;
