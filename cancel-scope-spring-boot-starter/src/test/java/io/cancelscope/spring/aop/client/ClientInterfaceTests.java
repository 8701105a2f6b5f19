package io.cancelscope.spring.aop.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.config.AbstractJdbcConfiguration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.CrudRepository;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans that are made of an interface alone, with the annotation on it: Spring Data
 * repositories and declarative HTTP clients.
 */
class ClientInterfaceTests {

	private final Opened opened = new Opened();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class))
		.withBean(CancelScopeListener.class, () -> this.opened);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void repositoryHasScopesForItsInterfaceAndItsMethods(boolean proxyTargetClass) {
		this.runner.withUserConfiguration(Data.class)
			.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.run((context) -> {
				Airports airports = context.getBean(Airports.class);

				airports.findAll();
				airports.insert("LIS", "Lisbon");
				assertThat(airports.nameOf("LIS")).isEqualTo("Lisbon");

				assertThat(this.opened.names).containsExactly("Airports.findAll", "Airports.insert", "airport name");
				assertThatThereIsOneProxyWithOneScope(airports);
			});
	}

	@Test
	void repositoryLiesAroundItsTransaction() {
		this.runner.withUserConfiguration(Data.class).run((context) -> {
			List<String> chain = advice(context.getBean(Airports.class)).toList();

			assertThat(chain).containsSubsequence("CancelScopedInterceptor", "TransactionInterceptor",
					"QueryExecutorMethodInterceptor");
		});
	}

	@Test
	void httpClientHasScopesForItsInterfaceAndItsMethods() {
		this.runner.withUserConfiguration(Http.class).run((context) -> {
			Fares fares = context.getBean(Fares.class);

			assertThat(fares.fare("LIS")).isEqualTo("LIS in Fares.fare");
			assertThat(fares.cheapest("LIS")).isEqualTo("LIS in cheapest fare");

			assertThat(this.opened.names).containsExactly("Fares.fare", "cheapest fare");
			assertThatThereIsOneProxyWithOneScope(fares);
		});
	}

	private static void assertThatThereIsOneProxyWithOneScope(Object bean) throws Exception {
		assertThat(advice(bean)).containsOnlyOnce("CancelScopedInterceptor");
		assertThat(AopUtils.isAopProxy(((Advised) bean).getTargetSource().getTarget())).isFalse();
	}

	private static Stream<String> advice(Object bean) {
		return Arrays.stream(((Advised) bean).getAdvisors())
			.map((advisor) -> advisor.getAdvice().getClass().getSimpleName());
	}

	static class Opened implements CancelScopeListener {

		final List<String> names = new CopyOnWriteArrayList<>();

		@Override
		public void opened(CancelScope scope) {
			this.names.add(scope.name());
		}

	}

	@Table("AIRPORT")
	record Airport(@Id String code, String name) {
	}

	@CancelScoped("1h")
	interface Airports extends CrudRepository<Airport, String> {

		@Modifying
		@Query("insert into airport (code, name) values (:code, :name)")
		void insert(String code, String name);

		@CancelScoped(name = "airport name")
		@Query("select name from airport where code = :code")
		String nameOf(String code);

	}

	@CancelScoped("1h")
	@HttpExchange
	interface Fares {

		@GetExchange("/{to}")
		String fare(@PathVariable("to") String to);

		@CancelScoped(name = "cheapest fare")
		@GetExchange("/{to}")
		String cheapest(@PathVariable("to") String to);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableJdbcRepositories(considerNestedRepositories = true)
	static class Data extends AbstractJdbcConfiguration {

		@Bean
		EmbeddedDatabase dataSource() {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2)
				.generateUniqueName(true)
				.addScript("airports.sql")
				.build();
		}

		@Bean
		NamedParameterJdbcTemplate template(EmbeddedDatabase dataSource) {
			return new NamedParameterJdbcTemplate(dataSource);
		}

		@Bean
		PlatformTransactionManager transactionManager(EmbeddedDatabase dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Http {

		@Bean(destroyMethod = "")
		HttpServer server() throws IOException {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/", (exchange) -> {
				String answer = exchange.getRequestURI().getPath().substring(1) + " in "
						+ exchange.getRequestHeaders().getFirst("scope");
				exchange.sendResponseHeaders(200, answer.length());
				exchange.getResponseBody().write(answer.getBytes());
				exchange.close();
			});
			server.start();
			return server;
		}

		@Bean
		Fares fares(HttpServer server) {
			RestClient client = RestClient.builder()
				.baseUrl("http://localhost:" + server.getAddress().getPort())
				.requestInterceptor((request, body, execution) -> {
					request.getHeaders().add("scope", CancelScope.current().name());
					return execution.execute(request, body);
				})
				.build();
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client))
				.build()
				.createClient(Fares.class);
		}

		@Bean
		AutoCloseable stopsTheServer(HttpServer server) {
			return () -> server.stop(0);
		}

	}

}
