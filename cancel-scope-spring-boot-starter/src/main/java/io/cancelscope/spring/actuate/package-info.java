/**
 * The actuator endpoint {@code cancelscopes}: which scopes are open, and cancelling one.
 */
@NullMarked
package io.cancelscope.spring.actuate;

import org.jspecify.annotations.NullMarked;
