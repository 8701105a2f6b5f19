/**
 * The audit trail: a row for every request, whatever became of it. Shows the shield.
 */
@NullMarked
package io.cancelscope.demo.audit;

import org.jspecify.annotations.NullMarked;
