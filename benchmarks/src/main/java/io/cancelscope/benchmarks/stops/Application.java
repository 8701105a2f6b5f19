package io.cancelscope.benchmarks.stops;

import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import com.zaxxer.hikari.HikariDataSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * The application on Tomcat, the same for all but for what a rival adds.
 */
final class Application {

	private static final int CONCURRENT = 40;

	private Application() {
	}

	static ConfigurableApplicationContext start(Rival rival, String database) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("server.port", 0);
		properties.put("server.address", "127.0.0.1");
		properties.put("spring.main.banner-mode", "off");
		properties.put("logging.level.root", "error");
		properties.put("spring.http.clients.imperative.factory", "jdk");
		properties.put("spring.datasource.url", database);
		properties.put("spring.datasource.hikari.maximum-pool-size", CONCURRENT);
		properties.put("spring.task.execution.pool.core-size", CONCURRENT);
		properties.putAll(rival.properties());
		SpringApplication application = new SpringApplication(Beans.class);
		application.setDefaultProperties(properties);
		application.setRegisterShutdownHook(false);
		application.addInitializers((context) -> rival.addBeans((GenericApplicationContext) context));
		return application.run();
	}

	/** Nobody is to wait for what is made at the first use. */
	static void awaitReady(ConfigurableApplicationContext application) throws IOException {
		URI.create("http://127.0.0.1:" + port(application) + "/trips/0").toURL().openStream().close();
		application.getBean(JdbcTemplate.class).execute("select 1");
		HikariDataSource pool = application.getBean(HikariDataSource.class);
		while (pool.getHikariPoolMXBean().getIdleConnections() < CONCURRENT) {
			LockSupport.parkNanos(10_000_000);
		}
	}

	static int port(ConfigurableApplicationContext application) {
		return ((ServletWebServerApplicationContext) application).getWebServer().getPort();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync(proxyTargetClass = true)
	static class Beans {

		@Bean
		Children children() {
			return new Children();
		}

		@Bean
		Entrance entrance() {
			return new Entrance();
		}

	}

}
