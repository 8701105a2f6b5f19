/**
 * Groups of tasks that end together.
 */
@NullMarked
package io.cancelscope.group;

import org.jspecify.annotations.NullMarked;
