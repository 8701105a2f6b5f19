/**
 * The page that shows the budgets and changes them.
 */
@NullMarked
package io.cancelscope.demo.budgets;

import org.jspecify.annotations.NullMarked;
