package io.cancelscope.spring.cluster;

import java.sql.SQLException;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;

import org.springframework.util.ClassUtils;

/**
 * Finds the address of the application's PostgreSQL server, without a connection.
 */
final class PostgresAddresses {

	private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			PostgresAddresses.class.getClassLoader());

	private PostgresAddresses() {
	}

	/**
	 * Returns the first of: the URL of the properties; the details that Spring Boot
	 * connects by; what the data source tells of itself.
	 * @return the address; null if none of them is one of PostgreSQL
	 */
	static @Nullable PostgresAddress find(CancelScopeClusterTransportProperties.Postgres properties,
			Supplier<@Nullable PostgresAddress> details, Supplier<@Nullable DataSource> source) {
		PostgresAddress found = details.get();
		DataSource dataSource = (found == null) ? source.get() : null;
		if (dataSource != null) {
			found = addressOf(dataSource);
		}
		if (properties.url() != null) {
			String username = (properties.username() != null || found == null) ? properties.username()
					: found.username();
			String password = (properties.username() != null || found == null) ? properties.password()
					: found.password();
			return new PostgresAddress(properties.url(), username, password);
		}
		return (found != null && PostgresAddress.isOf(found.url())) ? found : null;
	}

	private static @Nullable PostgresAddress addressOf(DataSource source) {
		try {
			if (HIKARI && source.isWrapperFor(HikariDataSource.class)) {
				return Hikari.addressOf(source.unwrap(HikariDataSource.class));
			}
			if (source.isWrapperFor(BaseDataSource.class)) {
				return addressOf(source.unwrap(BaseDataSource.class));
			}
			return (source instanceof BaseDataSource plain) ? addressOf(plain) : null;
		}
		catch (SQLException ex) {
			return null;
		}
	}

	private static PostgresAddress addressOf(BaseDataSource source) {
		return new PostgresAddress(source.getUrl(), source.getUser(), source.getPassword());
	}

	/** Apart from the rest, because the pool is optional. */
	private static final class Hikari {

		static @Nullable PostgresAddress addressOf(HikariDataSource source) throws SQLException {
			if (source.getJdbcUrl() != null) {
				return new PostgresAddress(source.getJdbcUrl(), source.getUsername(), source.getPassword());
			}
			return (source.getDataSource() != null) ? PostgresAddresses.addressOf(source.getDataSource()) : null;
		}

	}

}
