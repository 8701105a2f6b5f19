package io.cancelscope.spring.startup;

import java.util.List;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.startup.Configurers.OfAdvice;
import io.cancelscope.spring.startup.Configurers.OfAsync;
import io.cancelscope.spring.startup.Configurers.OfCaches;
import io.cancelscope.spring.startup.Configurers.OfFactories;
import io.cancelscope.spring.startup.Configurers.OfJms;
import io.cancelscope.spring.startup.Configurers.OfJpaTransactions;
import io.cancelscope.spring.startup.Configurers.OfLoadTimeWeaving;
import io.cancelscope.spring.startup.Configurers.OfMvc;
import io.cancelscope.spring.startup.Configurers.OfScheduling;
import io.cancelscope.spring.startup.Configurers.OfReactiveSecurityFilters;
import io.cancelscope.spring.startup.Configurers.OfSecurity;
import io.cancelscope.spring.startup.Configurers.OfSecurityFilters;
import io.cancelscope.spring.startup.Configurers.OfTransactions;
import io.cancelscope.spring.startup.Configurers.OfWebFlux;
import io.cancelscope.spring.startup.Configurers.OfWebSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.PriorityOrdered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * No post-processor of the starter makes a bean of the application early, whichever
 * interface of Spring's the application configures it by. Such a bean would miss what
 * later post-processors do: a transaction manager its check before the commit.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class ConfigurersTests {

	/**
	 * Post-processors of Spring Boot's actuator that make beans early by themselves,
	 * before those of the starter could.
	 */
	private static final List<String> IMPATIENT = List.of("meterRegistryPostProcessor",
			"observationRegistryPostProcessor", "healthEndpointGroupsBeanPostProcessor");

	@ParameterizedTest
	@ValueSource(classes = { OfTransactions.class, OfJpaTransactions.class, OfCaches.class, OfAsync.class,
			OfScheduling.class, OfSecurity.class, OfLoadTimeWeaving.class, OfAdvice.class, OfFactories.class,
			OfJms.class })
	void startUpWarnsOfNothing(Class<?> application, CapturedOutput output) {
		start("none", application).close();

		assertNothingIsWarnedOf(output);
	}

	@ParameterizedTest
	@MethodSource
	void startUpOfAWebApplicationWarnsOfNothing(String type, Class<?> application, CapturedOutput output) {
		start(type, application).close();

		assertNothingIsWarnedOf(output);
	}

	static Stream<Arguments> startUpOfAWebApplicationWarnsOfNothing() {
		return Stream.of(Arguments.of("servlet", OfMvc.class), Arguments.of("servlet", OfSecurityFilters.class),
				Arguments.of("servlet", OfWebSockets.class), Arguments.of("reactive", OfWebFlux.class),
				Arguments.of("reactive", OfReactiveSecurityFilters.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.weaving=advisor", "cancel-scope.weaving=aspect", "spring.aop.auto=false",
			"spring.main.lazy-initialization=true" })
	void cancelledTransactionIsRolledBack(String property, CapturedOutput output) {
		ConfigurableApplicationContext context = start("none", OfTransactions.class, property);
		try (context) {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(orders::placeAndCancel);

			assertThat(orders.count()).isZero();
		}
		assertNothingIsWarnedOf(output);
	}

	/** Post-processors of the actuator make the transaction manager early. */
	@Test
	void cancelledTransactionIsRolledBackBesideTheActuator() {
		ConfigurableApplicationContext context = start("none", (beans) -> {
		}, OfTransactions.class);
		try (context) {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(orders::placeAndCancel);

			assertThat(orders.count()).isZero();
		}
	}

	/** Spring warns of this, and names the post-processor that did it. */
	@Test
	void transactionManagerThatTheApplicationMakesEarlyIsCheckedToo() {
		ConfigurableApplicationContext context = start("none", Impatient.class);
		try (context) {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(orders::placeAndCancel);

			assertThat(orders.count()).isZero();
		}
	}

	private static ConfigurableApplicationContext start(String type, Class<?> application, String... properties) {
		return start(type, ConfigurersTests::removeImpatient, application, properties);
	}

	private static ConfigurableApplicationContext start(String type, BeanFactoryPostProcessor change,
			Class<?> application, String... properties) {
		SpringApplication starting = new SpringApplication(application, Orders.class);
		starting.addInitializers((context) -> context.addBeanFactoryPostProcessor(change));
		Stream<String> always = Stream.of("spring.main.web-application-type=" + type, "server.port=0",
				"spring.datasource.generate-unique-name=true");
		return starting.run(Stream.concat(Stream.of(properties), always).map("--"::concat).toArray(String[]::new));
	}

	private static void removeImpatient(ConfigurableListableBeanFactory beans) {
		IMPATIENT.stream()
			.filter(beans::containsBeanDefinition)
			.forEach(((BeanDefinitionRegistry) beans)::removeBeanDefinition);
	}

	private static void assertNothingIsWarnedOf(CapturedOutput output) {
		assertThat(output).contains("Started ").doesNotContain("not eligible for getting processed");
		assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN ") || line.contains(" ERROR ")))
			.isEmpty();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Impatient {

		@Bean
		static BeanPostProcessor usersPostProcessor(PlatformTransactionManager manager) {
			return new UsersPostProcessor(manager);
		}

		private record UsersPostProcessor(
				PlatformTransactionManager manager) implements BeanPostProcessor, PriorityOrdered {

			@Override
			public int getOrder() {
				return HIGHEST_PRECEDENCE;
			}

		}

	}

	static class Orders {

		private final ObjectProvider<JdbcTemplate> database;

		Orders(ObjectProvider<JdbcTemplate> database) {
			this.database = database;
		}

		Orders withTable() {
			this.database.getObject().execute("create table orders (id int)");
			return this;
		}

		@CancelScoped("1m")
		@Transactional
		public void placeAndCancel() {
			this.database.getObject().update("insert into orders values (1)");
			CancelScope.current().cancel("not wanted any more");
		}

		int count() {
			Integer count = this.database.getObject().queryForObject("select count(*) from orders", Integer.class);
			assertThat(count).isNotNull();
			return count;
		}

	}

}
