package io.cancelscope.spring.r2dbc;

import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import org.reactivestreams.Publisher;

/**
 * Stands in front of a statement whose class has no public interface of the driver's own.
 * It costs less than a generated proxy.
 */
final class SpiStatement implements Statement {

	private final Statement target;

	private final ScopeAwareConnection connection;

	private SpiStatement(Statement target, ScopeAwareConnection connection) {
		this.target = target;
		this.connection = connection;
	}

	static Statement of(Statement target, ScopeAwareConnection connection) {
		if (InterfaceProxies.shapeOf(target) == InterfaceProxies.Shape.SPI) {
			return new SpiStatement(target, connection);
		}
		return (Statement) ScopeAwareStatement.of(target, connection);
	}

	/** A driver may return itself, or another statement. */
	private Statement watched(Statement returned) {
		return (returned == this.target) ? this : of(returned, this.connection);
	}

	@Override
	public Statement add() {
		return watched(this.target.add());
	}

	@Override
	public Statement bind(int index, Object value) {
		return watched(this.target.bind(index, value));
	}

	@Override
	public Statement bind(String name, Object value) {
		return watched(this.target.bind(name, value));
	}

	@Override
	public Statement bindNull(int index, Class<?> type) {
		return watched(this.target.bindNull(index, type));
	}

	@Override
	public Statement bindNull(String name, Class<?> type) {
		return watched(this.target.bindNull(name, type));
	}

	@Override
	public Publisher<? extends Result> execute() {
		return ScopeAwarePublisher.of(this.target.execute(), this.connection);
	}

	@Override
	public Statement returnGeneratedValues(String... columns) {
		return watched(this.target.returnGeneratedValues(columns));
	}

	@Override
	public Statement fetchSize(int rows) {
		return watched(this.target.fetchSize(rows));
	}

	@Override
	public String toString() {
		return this.target.toString();
	}

}
