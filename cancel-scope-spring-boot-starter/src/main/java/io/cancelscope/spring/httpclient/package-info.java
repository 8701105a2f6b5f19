/**
 * Stops HTTP calls that Spring's clients make when their scope is cancelled.
 */
@NullMarked
package io.cancelscope.spring.httpclient;

import org.jspecify.annotations.NullMarked;
