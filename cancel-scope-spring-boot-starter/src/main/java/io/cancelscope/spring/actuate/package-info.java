/**
 * Actuator endpoint {@code cancelscopes}, which returns the open scopes and cancels them.
 */
@NullMarked
package io.cancelscope.spring.actuate;

import org.jspecify.annotations.NullMarked;
