/**
 * Prevents the transaction of a cancelled scope from committing. With
 * {@code CommitCheckingBeanPostProcessor}, each transaction manager checks the scope
 * before it commits.
 */
@NullMarked
package io.cancelscope.spring.tx;

import org.jspecify.annotations.NullMarked;
