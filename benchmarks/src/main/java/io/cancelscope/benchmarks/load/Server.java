package io.cancelscope.benchmarks.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The application on Tomcat, with the timeouts that a careful team gives it: Spring
 * Boot's, as far as they go.
 *
 * @param context the application
 */
record Server(ConfigurableApplicationContext context) implements AutoCloseable {

	/**
	 * Starts it.
	 * @param subject whether scopes are on
	 * @param budget what a request may take
	 * @param connections how many the pool has
	 * @param timeouts whether Spring Boot's are set
	 * @param database the database, which takes timeouts of whole seconds only
	 * @param beans adds what the application does
	 */
	static Server start(Subject subject, Duration budget, int connections, boolean timeouts, EmbeddedPostgres database,
			ApplicationContextInitializer<ConfigurableApplicationContext> beans) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("server.port", 0);
		properties.put("server.address", "127.0.0.1");
		properties.put("spring.main.banner-mode", "off");
		properties.put("logging.level.root", "warn");
		properties.put("spring.http.clients.imperative.factory", "jdk");
		if (timeouts) {
			properties.put("spring.http.clients.connect-timeout", budget);
			properties.put("spring.http.clients.read-timeout", budget);
			properties.put("spring.jdbc.template.query-timeout", "1s");
			properties.put("spring.transaction.default-timeout", "1s");
		}
		properties.put("spring.datasource.url", database.getJdbcUrl("postgres", "postgres"));
		properties.put("spring.datasource.hikari.maximum-pool-size", connections);
		properties.put("spring.datasource.hikari.connection-timeout",
				((subject == Subject.SHORT_QUEUE) ? budget.dividedBy(2) : budget).toMillis());
		properties.put("cancel-scope.enabled", subject == Subject.CANCEL_SCOPE);
		properties.put("cancel-scope.web.timeout", budget);
		SpringApplication application = new SpringApplication(Application.class);
		application.setDefaultProperties(properties);
		application.setRegisterShutdownHook(false);
		application.addInitializers(beans);
		return new Server(application.run());
	}

	String address() {
		ServletWebServerApplicationContext web = (ServletWebServerApplicationContext) this.context;
		return "http://127.0.0.1:" + web.getWebServer().getPort();
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
