/**
 * Keeps the transaction of a cancelled scope from committing:
 * {@code CommitCheckingBeanPostProcessor} has each transaction manager ask the scope
 * before it commits.
 */
@NullMarked
package io.cancelscope.spring.tx;

import org.jspecify.annotations.NullMarked;
