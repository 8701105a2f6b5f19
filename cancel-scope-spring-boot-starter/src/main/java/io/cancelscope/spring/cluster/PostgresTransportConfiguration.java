package io.cancelscope.spring.cluster;

import java.util.function.Supplier;

import javax.sql.DataSource;

import io.cancelscope.spring.cluster.CancelScopeClusterTransportProperties.Engine;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * PostgreSQL as a transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(PGConnection.class)
class PostgresTransportConfiguration {

	@Bean
	TransportCandidate cancelScopePostgresTransport(CancelScopeClusterTransportProperties properties,
			ObjectProvider<PostgresDetails> details, ObjectProvider<DataSource> sources) {
		return new TransportCandidate(Engine.POSTGRES, () -> {
			PostgresAddress address = PostgresAddresses.find(properties.postgres(), () -> {
				PostgresDetails found = details.getIfAvailable();
				return (found != null) ? found.address().get() : null;
			}, sources::getIfUnique);
			return (address != null) ? new PostgresTransport(address, properties.channel(), properties.heartbeat())
					: null;
		});
	}

	/**
	 * What Spring Boot connects its own data source by.
	 *
	 * @param address finds the address; null for none
	 */
	record PostgresDetails(Supplier<@Nullable PostgresAddress> address) {
	}

	/**
	 * The details exist only with Spring Boot's module for JDBC.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JdbcConnectionDetails.class)
	static class DetailsConfiguration {

		@Bean
		PostgresDetails cancelScopePostgresDetails(ObjectProvider<JdbcConnectionDetails> details) {
			return new PostgresDetails(() -> {
				JdbcConnectionDetails found = details.getIfUnique();
				return (found != null)
						? new PostgresAddress(found.getJdbcUrl(), found.getUsername(), found.getPassword()) : null;
			});
		}

	}

}
