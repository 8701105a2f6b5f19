/**
 * Tasks that belong together: the first failure stops the others.
 */
@NullMarked
package io.cancelscope.group;

import org.jspecify.annotations.NullMarked;
