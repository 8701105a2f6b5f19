/**
 * Which budget? What calls need is learnt while they run, and shown beside the budget in
 * force.
 */
@NullMarked
package io.cancelscope.spring.budget;

import org.jspecify.annotations.NullMarked;
