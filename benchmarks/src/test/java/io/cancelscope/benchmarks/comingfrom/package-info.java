/**
 * The same small program, before and after: the pages "coming from" are cut from here.
 */
@NullMarked
package io.cancelscope.benchmarks.comingfrom;

import org.jspecify.annotations.NullMarked;
