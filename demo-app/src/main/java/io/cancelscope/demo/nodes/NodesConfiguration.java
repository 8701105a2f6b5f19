package io.cancelscope.demo.nodes;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScopes;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The database that all desks share, beside the one that each desk has for its fares.
 */
@Configuration(proxyBeanMethods = false)
@Profile("nodes")
class NodesConfiguration {

	private static final int AT_ONCE = 8;

	@Bean(defaultCandidate = false)
	HikariDataSource importDataSource(@Value("${nodes.database}") String url) {
		HikariDataSource source = new HikariDataSource();
		source.setJdbcUrl(url);
		source.setMaximumPoolSize(AT_ONCE);
		return source;
	}

	@Bean
	Imports imports(@Qualifier("importDataSource") DataSource source, CancelScopes scopes) {
		return new Imports(JdbcClient.create(source), scopes);
	}

}
