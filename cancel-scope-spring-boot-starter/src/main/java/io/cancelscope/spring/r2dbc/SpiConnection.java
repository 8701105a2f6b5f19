package io.cancelscope.spring.r2dbc;

import java.time.Duration;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionMetadata;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import org.reactivestreams.Publisher;

/**
 * Stands in front of a connection whose class has no public interface of the driver's
 * own, such as the connections of a pool. It costs less than a generated proxy.
 */
class SpiConnection implements Connection {

	private final Connection target;

	private final ScopeAwareConnection watched;

	SpiConnection(Connection target, ScopeAwareConnection watched) {
		this.target = target;
		this.watched = watched;
	}

	@Override
	public Publisher<Void> beginTransaction() {
		return this.watched.before(Step.BEGIN, null, this.target.beginTransaction());
	}

	@Override
	public Publisher<Void> beginTransaction(TransactionDefinition definition) {
		return this.watched.before(Step.BEGIN, definition, this.target.beginTransaction(definition));
	}

	@Override
	public Publisher<Void> close() {
		return this.watched.before(Step.CLOSE, null, this.target.close());
	}

	@Override
	public Publisher<Void> commitTransaction() {
		return this.watched.before(Step.COMMIT, null, this.target.commitTransaction());
	}

	@Override
	public Batch createBatch() {
		return (Batch) ScopeAwareStatement.of(this.target.createBatch(), this.watched);
	}

	@Override
	public Publisher<Void> createSavepoint(String name) {
		return this.watched.before(Step.OTHER, null, this.target.createSavepoint(name));
	}

	@Override
	public Statement createStatement(String sql) {
		return SpiStatement.of(this.target.createStatement(sql), this.watched);
	}

	@Override
	public boolean isAutoCommit() {
		return this.target.isAutoCommit();
	}

	@Override
	public ConnectionMetadata getMetadata() {
		return this.target.getMetadata();
	}

	@Override
	public IsolationLevel getTransactionIsolationLevel() {
		return this.target.getTransactionIsolationLevel();
	}

	@Override
	public Publisher<Void> releaseSavepoint(String name) {
		return this.watched.before(Step.OTHER, null, this.target.releaseSavepoint(name));
	}

	@Override
	public Publisher<Void> rollbackTransaction() {
		return this.watched.before(Step.ROLLBACK, null, this.target.rollbackTransaction());
	}

	@Override
	public Publisher<Void> rollbackTransactionToSavepoint(String name) {
		return this.watched.before(Step.ROLLBACK_TO_SAVEPOINT, null, this.target.rollbackTransactionToSavepoint(name));
	}

	@Override
	public Publisher<Void> setAutoCommit(boolean autoCommit) {
		return this.watched.before(Step.AUTO_COMMIT, autoCommit, this.target.setAutoCommit(autoCommit));
	}

	@Override
	public Publisher<Void> setLockWaitTimeout(Duration timeout) {
		return this.watched.before(Step.OTHER, null, this.target.setLockWaitTimeout(timeout));
	}

	@Override
	public Publisher<Void> setStatementTimeout(Duration timeout) {
		return this.watched.before(Step.OTHER, null, this.target.setStatementTimeout(timeout));
	}

	@Override
	public Publisher<Void> setTransactionIsolationLevel(IsolationLevel isolationLevel) {
		return this.watched.before(Step.OTHER, null, this.target.setTransactionIsolationLevel(isolationLevel));
	}

	@Override
	public Publisher<Boolean> validate(ValidationDepth depth) {
		return this.watched.before(Step.OTHER, null, this.target.validate(depth));
	}

	@Override
	public String toString() {
		return this.target.toString();
	}

	/**
	 * For one that tells what is behind it.
	 */
	static final class OfWrapper extends SpiConnection implements Wrapped<Object> {

		private final Wrapped<?> target;

		OfWrapper(Connection target, ScopeAwareConnection watched) {
			super(target, watched);
			this.target = (Wrapped<?>) target;
		}

		@Override
		public Object unwrap() {
			return this.target.unwrap();
		}

		@Override
		public <E> E unwrap(Class<E> targetClass) {
			return this.target.unwrap(targetClass);
		}

	}

}
