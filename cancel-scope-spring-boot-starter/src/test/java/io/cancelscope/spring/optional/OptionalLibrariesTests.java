package io.cancelscope.spring.optional;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Without each of the optional libraries, and without all of them, an application starts
 * and the rest works. Their jars are really gone from its class path: hiding classes from
 * the conditions alone would not show what still links to them. In a process of their
 * own: so many class loaders stay in memory for long.
 */
@Tag("class-loaders")
class OptionalLibrariesTests {

	private static final List<List<Library>> PAIRS = List.of(List.of(Library.REACTOR, Library.MONGODB_SYNC),
			List.of(Library.ASPECTJ, Library.SPRING_DATA_REDIS), List.of(Library.CONTEXT_PROPAGATION, Library.JEDIS),
			List.of(Library.SPRING_TX, Library.OK_HTTP), List.of(Library.SPRING_JDBC, Library.LETTUCE),
			List.of(Library.SPRING_WEB, Library.MONGODB), List.of(Library.WEB_MVC, Library.R2DBC),
			List.of(Library.WEB_FLUX, Library.FEIGN), List.of(Library.SERVLET, Library.MONGODB_REACTIVE),
			List.of(Library.REST_CLIENT, Library.GRPC), List.of(Library.HTTP_COMPONENTS, Library.TESTING),
			List.of(Library.JETTY, Library.SPRING_GRPC), List.of(Library.REACTOR_NETTY, Library.MICROMETER),
			List.of(Library.ACTUATOR));

	/**
	 * Two at a time that have nothing to do with each other: what links to one of them
	 * fails as it does without that one alone. Each by itself takes a minute more:
	 * {@code -Dcancel-scope.test.libraries=each}.
	 */
	@DisabledForJreRange(min = JRE.JAVA_18,
			disabledReason = "what a class links to does not depend on the JDK: one that is newer tries all at once")
	@ParameterizedTest
	@MethodSource("withouts")
	void restWorksWithout(List<Library> libraries) throws Exception {
		worksWithout(libraries.toArray(Library[]::new));
	}

	static List<List<Library>> withouts() {
		return "each".equals(System.getProperty("cancel-scope.test.libraries"))
				? Arrays.stream(Library.values()).map(List::of).toList() : PAIRS;
	}

	@Test
	void eachIsInOneOfThePairs() {
		assertThat(PAIRS.stream().flatMap(List::stream)).containsExactlyInAnyOrder(Library.values());
	}

	@Test
	void restWorksWithoutAllOfThem() throws Exception {
		worksWithout(Library.values());
	}

	@Test
	void restWorksWithAllOfThem() throws Exception {
		worksWithout();
	}

	private static void worksWithout(Library... libraries) throws Exception {
		ClassLoader without = ClassPath.INSTANCE.loader((entry) -> isOf(entry, libraries));
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(without);
		try {
			for (Library library : libraries) {
				assertThatExceptionOfType(ClassNotFoundException.class)
					.isThrownBy(() -> without.loadClass(library.oneOfItsClasses));
			}
			Callable<?> application = (Callable<?>) without.loadClass(Application.class.getName())
				.getConstructor()
				.newInstance();
			assertThat(application.call()).isEqualTo(List.of("Service.scoped", "Service.future", "request"));
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private static boolean isOf(Path entry, Library... libraries) {
		return Arrays.stream(libraries).anyMatch((library) -> library.has(entry));
	}

	/** A library, and the jars that are of no use without it. */
	enum Library {

		REACTOR("reactor.core.publisher.Flux", "reactor-.*|reactive-streams-.*|spring-boot-reactor-.*"),

		ASPECTJ("org.aspectj.lang.annotation.Aspect", "aspectjweaver-.*|spring-aspects-.*"),

		CONTEXT_PROPAGATION("io.micrometer.context.ContextSnapshot", "context-propagation-.*"),

		SPRING_TX("org.springframework.transaction.TransactionManager",
				"spring-(tx|jdbc|orm|data)-.*"
						+ "|spring-boot-(transaction|jdbc|data|persistence|sql|hibernate|jpa).*|hibernate-.*"),

		SPRING_JDBC("org.springframework.jdbc.core.JdbcTemplate",
				"spring-(jdbc|orm|data)-.*|spring-boot-(jdbc|data|sql).*|HikariCP-.*|hibernate-.*"),

		SPRING_WEB("org.springframework.web.filter.OncePerRequestFilter", "spring-web.*"
				+ "|spring-boot-.*(web|http|servlet|tomcat|jetty|netty|restclient|actuator).*|tomcat-.*|spring-security-.*"),

		WEB_MVC("org.springframework.web.servlet.DispatcherServlet", "spring-webmvc-.*|spring-boot-.*webmvc.*"),

		WEB_FLUX("org.springframework.web.reactive.DispatcherHandler",
				"spring-webflux-.*|spring-boot-.*(webflux|webclient).*"),

		SERVLET("jakarta.servlet.Filter",
				"jakarta.servlet-api-.*|tomcat-embed-.*|jetty-ee.*|jetty-servlet-.*"
						+ "|spring-webmvc-.*|spring-boot-.*(webmvc|servlet|tomcat|jetty).*|spring-security-.*"),

		REST_CLIENT("org.springframework.boot.restclient.RestTemplateBuilder", "spring-boot-.*restclient.*"),

		HTTP_COMPONENTS("org.apache.hc.client5.http.classic.HttpClient", "httpc(lient|ore)5-.*"),

		JETTY("org.eclipse.jetty.client.HttpClient", "jetty-.*|spring-boot-.*jetty.*"),

		REACTOR_NETTY("reactor.netty.http.client.HttpClient", "reactor-netty-.*|netty-.*|spring-boot-.*netty.*"),

		OK_HTTP("okhttp3.OkHttpClient", "okhttp-.*|okio-.*"),

		FEIGN("feign.Feign", "feign-.*"),

		SPRING_GRPC("org.springframework.grpc.server.GlobalServerInterceptor", "spring-grpc-.*"),

		GRPC("io.grpc.Grpc", "grpc-.*|spring-grpc-.*"),

		MONGODB("com.mongodb.MongoClientSettings", "mongodb-.*|bson.*"),

		MONGODB_SYNC("com.mongodb.client.MongoClient", "mongodb-driver-sync-.*"),

		MONGODB_REACTIVE("com.mongodb.reactivestreams.client.MongoClient", "mongodb-driver-reactivestreams-.*"),

		R2DBC("io.r2dbc.spi.ConnectionFactory", "r2dbc-.*"),

		SPRING_DATA_REDIS("org.springframework.data.redis.connection.RedisConnectionFactory", "spring-data-redis-.*"),

		LETTUCE("io.lettuce.core.RedisClient", "lettuce-.*"),

		JEDIS("redis.clients.jedis.RedisClient", "jedis-.*"),

		ACTUATOR("org.springframework.boot.actuate.endpoint.annotation.Endpoint",
				"spring-boot-.*(actuator|health|micrometer).*"),

		MICROMETER("io.micrometer.core.instrument.MeterRegistry",
				"micrometer-(core|jakarta9|registry-.*)-.*|spring-boot-.*micrometer.*"),

		TESTING("org.springframework.boot.test.context.SpringBootTest", "spring-boot-.*test.*|spring-test-.*");

		private final String oneOfItsClasses;

		private final String jars;

		Library(String oneOfItsClasses, String jars) {
			this.oneOfItsClasses = oneOfItsClasses;
			this.jars = jars;
		}

		boolean has(Path entry) {
			return entry.getFileName().toString().matches("(" + this.jars + ")\\.jar");
		}

	}

	public static class Service {

		@CancelScoped("2s")
		public String scoped() {
			return CancelScope.current().name();
		}

		@CancelScoped("2s")
		public CompletableFuture<String> future() {
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

		@Async
		public CompletableFuture<String> async() {
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

	}

	/** Loaded by a class loader of its own, like all it uses. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	public static class Application implements Callable<List<String>> {

		private static final Duration SOON = Duration.ofSeconds(20);

		@Bean
		Service service() {
			return new Service();
		}

		@Override
		public List<String> call() throws Exception {
			SpringApplication application = new SpringApplication(Application.class);
			application.setWebApplicationType(WebApplicationType.NONE);
			ConfigurableApplicationContext context = application.run("--spring.main.banner-mode=off");
			OpenScope request = context.getBean(CancelScopes.class).open(ScopeOptions.named("request"));
			try (context; request) {
				Service service = context.getBean(Service.class);
				return List.of(service.scoped(), service.future().get(SOON.toSeconds(), TimeUnit.SECONDS),
						service.async().get(SOON.toSeconds(), TimeUnit.SECONDS));
			}
		}

	}

}
