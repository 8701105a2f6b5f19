package io.cancelscope.spring.tx;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Adds to each new transaction that begins inside a scope a last question before the
 * commit: may it still? An exception there makes Spring roll back. Where no scope is
 * open, nothing is added.
 */
final class CommitCheck implements TransactionExecutionListener {

	private static final TransactionSynchronization CHECK = new Check();

	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
		if (failure == null && transaction.isNewTransaction() && CancelScope.current() instanceof OpenScope
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(CHECK);
		}
	}

	private static final class Check implements TransactionSynchronization {

		/** After the others, which may take their time. */
		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		/** What only reads has nothing to commit, and a value that is late is kept. */
		@Override
		public void beforeCommit(boolean readOnly) {
			if (!readOnly) {
				CancelScope.current().check();
			}
		}

	}

}
