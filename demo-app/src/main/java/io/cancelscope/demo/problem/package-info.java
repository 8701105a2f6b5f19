/**
 * What the trip desk answers when it can't: problem details after RFC 9457.
 */
@NullMarked
package io.cancelscope.demo.problem;

import org.jspecify.annotations.NullMarked;
