package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.Statement;

import io.cancelscope.spring.FakeClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * A pool or driver without the members that are relied on is named, and the rest works.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChangedDriverTests {

	@Test
	void hikariWithoutItsFieldIsNamed(CapturedOutput output) throws ReflectiveOperationException {
		Object pool = FakeClass.instanceOf("com.zaxxer.hikari.HikariDataSource");

		assertThatNoException().isThrownBy(() -> HikariPoolField.copy(pool, new Object()));

		assertThat(output).contains("com.zaxxer.hikari.HikariDataSource does not have a field 'pool':"
				+ " the metrics of the connection pool are missing.");
	}

	@Test
	void mariaDbWithoutItsSocketIsNamed(CapturedOutput output) throws ReflectiveOperationException {
		Connection connection = (Connection) FakeClass.instanceOf("org.mariadb.jdbc.Connection", Connection.class);

		boolean closed = MariaDbSocket.close(connection);

		assertThat(closed).isFalse();
		assertThat(output).contains("org.mariadb.jdbc.Connection does not have a method 'getClient':"
				+ " aborting a connection waits for its statement where the server accepts no other connection.");
	}

	@Test
	void postgresWithoutItsCancelIsNamed(CapturedOutput output) throws ReflectiveOperationException {
		Class<?> extension = FakeClass.interfaceOf("org.postgresql.PGConnection");
		Connection own = (Connection) FakeClass.instanceOf("org.example.PgConnection", Connection.class, extension);
		Statement statement = (Statement) FakeClass.instanceOf("org.example.PgStatement", Statement.class);

		DriverConnection connection = DriverConnection.of(statement, own);
		assertThatExceptionOfType(AbstractMethodError.class).isThrownBy(() -> connection.cancel(statement))
			.withMessageContaining("cancel");

		assertThat(output).contains("org.postgresql.PGConnection does not have a method 'cancelQuery':"
				+ " a cancelled statement may wait for its cancel.");
	}

	@Test
	void dbcpWithoutItsDelegateIsNamed(CapturedOutput output) throws ReflectiveOperationException {
		Statement statement = (Statement) FakeClass.instanceOf("org.apache.commons.dbcp2.DelegatingStatement",
				Statement.class);
		Connection own = (Connection) FakeClass.instanceOf("org.example.SomeConnection", Connection.class);

		DriverConnection connection = DriverConnection.of(statement, own);

		assertThat(connection.type()).isEqualTo("org.example.SomeConnection");
		assertThat(output).contains("org.apache.commons.dbcp2.DelegatingStatement does not have a method"
				+ " 'getInnermostDelegate': statements are cancelled through the pool, which may fail.");
	}

	@Test
	void nativeImageIsToldOfWhatIsReliedOn() throws ClassNotFoundException {
		RuntimeHints hints = new RuntimeHints();

		new JdbcRuntimeHints().registerHints(hints, getClass().getClassLoader());

		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess("com.zaxxer.hikari.HikariDataSource", "pool")
			.and(RuntimeHintsPredicates.reflection()
				.onFieldAccess("org.mariadb.jdbc.client.impl.StandardClient", "socket"))
			.and(RuntimeHintsPredicates.reflection().onMethodInvocation("org.mariadb.jdbc.Connection", "getClient"))
			.and(RuntimeHintsPredicates.reflection().onMethodInvocation("org.postgresql.PGConnection", "cancelQuery"))
			.and(RuntimeHintsPredicates.reflection()
				.onMethodInvocation("org.apache.commons.dbcp2.DelegatingStatement", "getInnermostDelegate")))
			.accepts(hints);
	}

}
