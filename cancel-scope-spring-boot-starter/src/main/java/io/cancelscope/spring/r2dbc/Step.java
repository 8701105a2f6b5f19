package io.cancelscope.spring.r2dbc;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What talks to the database on a connection, apart from statements.
 */
enum Step {

	BEGIN, COMMIT, ROLLBACK, ROLLBACK_TO_SAVEPOINT, AUTO_COMMIT, CLOSE, OTHER;

	private static final Map<String, Step> BY_METHOD = Map.ofEntries(Map.entry("beginTransaction", BEGIN),
			Map.entry("commitTransaction", COMMIT), Map.entry("rollbackTransaction", ROLLBACK),
			Map.entry("createSavepoint", OTHER), Map.entry("releaseSavepoint", OTHER),
			Map.entry("rollbackTransactionToSavepoint", ROLLBACK_TO_SAVEPOINT), Map.entry("setAutoCommit", AUTO_COMMIT),
			Map.entry("setTransactionIsolationLevel", OTHER), Map.entry("setLockWaitTimeout", OTHER),
			Map.entry("setStatementTimeout", OTHER), Map.entry("validate", OTHER), Map.entry("close", CLOSE));

	/** Returns the step of a method, or {@code null} if it has none. */
	static @Nullable Step of(String method) {
		return BY_METHOD.get(method);
	}

	boolean isRollback() {
		return this == ROLLBACK || this == ROLLBACK_TO_SAVEPOINT;
	}

}
