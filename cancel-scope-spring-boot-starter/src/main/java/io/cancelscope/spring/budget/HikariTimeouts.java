package io.cancelscope.spring.budget;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * How long callers wait for a connection of HikariCP: 30 seconds by default. Loaded only
 * where the pool is on the class path.
 */
final class HikariTimeouts implements OwnTimeouts {

	private final ConfigurableListableBeanFactory beanFactory;

	HikariTimeouts(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public Stream<OwnTimeout> find() {
		List<OwnTimeout> found = new ArrayList<>();
		for (String name : this.beanFactory.getBeanNamesForType(DataSource.class, false, false)) {
			Object bean = this.beanFactory.containsSingleton(name) ? this.beanFactory.getSingleton(name) : null;
			HikariDataSource pool = (bean instanceof DataSource dataSource) ? pool(dataSource) : null;
			if (pool != null) {
				found.add(new OwnTimeout("The wait for a connection of the pool '" + name + "'",
						Duration.ofMillis(pool.getConnectionTimeout()), "spring.datasource.hikari.connection-timeout"));
			}
		}
		return found.stream();
	}

	private static @Nullable HikariDataSource pool(DataSource dataSource) {
		try {
			return dataSource.isWrapperFor(HikariDataSource.class) ? dataSource.unwrap(HikariDataSource.class) : null;
		}
		catch (SQLException | RuntimeException ex) {
			// Ignored: it is none that can be looked into.
			return null;
		}
	}

}
