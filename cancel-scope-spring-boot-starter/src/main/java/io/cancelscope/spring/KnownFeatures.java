package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

import static io.cancelscope.spring.CancelScopeFeature.State.OFF;
import static io.cancelscope.spring.CancelScopeFeature.State.UNUSED;

/**
 * All features of the starter, and what each needs. Tests hold this to the conditions of
 * the auto-configurations. By name, since the root knows none of the features.
 */
final class KnownFeatures {

	private static final String HTTP_CLIENT = "httpclient.CancelScopeHttpClientAutoConfiguration";

	private static final String HTTP_CLIENT_SWITCH = "cancel-scope.httpclient.enabled";

	private static final String LOGGING = "logging.CancelScopeLoggingAutoConfiguration";

	static final List<KnownFeature> ALL = List.of(KnownFeature
		.of("actuate", "actuate.CancelScopeActuateAutoConfiguration", "cancel-scope.actuate.enabled",
				"management.endpoint.cancelscopes.access=none")
		.library("org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint",
				null, "no actuator: add spring-boot-starter-actuator")
		.otherwise("endpoint not exposed: add cancelscopes to management.endpoints.web.exposure.include", OFF),
			KnownFeature
				.of("budget", "budget.CancelScopeBudgetAutoConfiguration", "cancel-scope.budget.enabled",
						"management.endpoint.cancelbudgets.access=none")
				.library(
						"org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint",
						null, "no actuator: add spring-boot-starter-actuator")
				.otherwise("endpoint not exposed: add cancelbudgets to management.endpoints.web.exposure.include",
						UNUSED),
			KnownFeature.of("cluster", "cluster.CancelScopeClusterAutoConfiguration")
				.onlyWith("cancel-scope.cluster.enabled"),
			KnownFeature.of("future", "future.CancelScopeFutureAutoConfiguration"),
			KnownFeature.of("grpc", "grpc.CancelScopeGrpcAutoConfiguration", "cancel-scope.grpc.enabled")
				.library("org.springframework.grpc.server.GlobalServerInterceptor", null,
						"no gRPC: add spring-boot-starter-grpc-server"),
			KnownFeature.of("httpclient", HTTP_CLIENT, HTTP_CLIENT_SWITCH)
				.part("blocking")
				.library("org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer",
						"org.springframework.web.client.RestClient",
						"no RestClient.Builder bean: add spring-boot-restclient"),
			KnownFeature.of("httpclient", HTTP_CLIENT, HTTP_CLIENT_SWITCH)
				.part("okhttp")
				.library("okhttp3.OkHttpClient", null, "no OkHttp: add com.squareup.okhttp3:okhttp"),
			KnownFeature.of("httpclient", HTTP_CLIENT, HTTP_CLIENT_SWITCH)
				.part("feign")
				.library("feign.Feign", null, "no Feign: add io.github.openfeign:feign-core"),
			KnownFeature.of("httpclient", HTTP_CLIENT, HTTP_CLIENT_SWITCH)
				.part("reactive")
				.library("org.springframework.boot.webclient.WebClientCustomizer",
						"org.springframework.web.reactive.function.client.WebClient",
						"no WebClient.Builder bean: add spring-boot-webclient")
				.otherwise("no Reactor: add io.projectreactor:reactor-core", UNUSED),
			KnownFeature.of("jdbc", "jdbc.CancelScopeJdbcAutoConfiguration", "cancel-scope.jdbc.enabled"),
			KnownFeature.of("logging", LOGGING, "cancel-scope.logging.enabled").part(""),
			KnownFeature.of("logging", LOGGING)
				.part("mdc")
				.onlyWith("cancel-scope.logging.mdc")
				.library("org.slf4j.MDC", null, "no MDC: add org.slf4j:slf4j-api"),
			KnownFeature.of("metrics", "metrics.CancelScopeMetricsAutoConfiguration", "cancel-scope.metrics.enabled")
				.library("io.micrometer.core.instrument.MeterRegistry", null,
						"no Micrometer: add spring-boot-starter-actuator")
				.bean("io.micrometer.core.instrument.MeterRegistry",
						"no MeterRegistry bean: add spring-boot-starter-actuator"),
			KnownFeature.of("mongodb", "mongodb.CancelScopeMongoAutoConfiguration")
				.onlyWith("cancel-scope.mongodb.enabled")
				.library("com.mongodb.MongoClientSettings", null, "no MongoDB: add spring-boot-starter-data-mongodb"),
			KnownFeature.of("observation", "observation.CancelScopeObservationAutoConfiguration")
				.onlyWith("cancel-scope.observation.enabled")
				.library("io.micrometer.observation.ObservationRegistry", null,
						"no Micrometer: add spring-boot-starter-actuator")
				.bean("io.micrometer.observation.ObservationRegistry",
						"no ObservationRegistry bean: add spring-boot-starter-actuator"),
			KnownFeature.of("observe", "observemode.CancelScopeObserveModeAutoConfiguration")
				.otherwise("only with cancel-scope.mode=observe or cancel-scope.modes.<name>=observe", UNUSED),
			KnownFeature.of("r2dbc", "r2dbc.CancelScopeR2dbcAutoConfiguration", "cancel-scope.r2dbc.enabled")
				.library("io.r2dbc.spi.ConnectionFactory", null,
						"no ConnectionFactory bean: add spring-boot-starter-r2dbc")
				.otherwise("no Reactor: add io.projectreactor:reactor-core", UNUSED),
			KnownFeature.of("reactor", "reactor.CancelScopeReactorAutoConfiguration")
				.library("reactor.core.publisher.Flux", null, "no Reactor: add io.projectreactor:reactor-core"),
			KnownFeature.of("redis", "redis.CancelScopeRedisAutoConfiguration", "cancel-scope.redis.enabled")
				.library("org.springframework.data.redis.connection.RedisConnectionFactory", null,
						"no Redis: add spring-boot-starter-data-redis"),
			KnownFeature.of("resilience", "resilience.CancelScopeResilienceAutoConfiguration",
					"cancel-scope.resilience.enabled"),
			KnownFeature.of("shutdown", "shutdown.CancelScopeShutdownAutoConfiguration",
					"cancel-scope.shutdown.enabled"),
			KnownFeature.of("task", "task.CancelScopeTaskAutoConfiguration", "cancel-scope.task.enabled"),
			KnownFeature
				.of("tx", "tx.CancelScopeTxAutoConfiguration", "cancel-scope.tx.enabled",
						"cancel-scope.tx.check-before-commit")
				.library("org.springframework.transaction.ConfigurableTransactionManager", null,
						"no transactions: add org.springframework:spring-tx"),
			KnownFeature.of("web", "web.CancelScopeWebAutoConfiguration", "cancel-scope.web.enabled")
				.library("org.springframework.web.filter.OncePerRequestFilter", null,
						"no servlets: add spring-boot-starter-webmvc")
				.otherwise("this is no servlet application", UNUSED),
			KnownFeature.of("webflux", "webflux.CancelScopeWebFluxAutoConfiguration", "cancel-scope.web.enabled")
				.library("org.springframework.web.reactive.DispatcherHandler", null,
						"no WebFlux: add spring-boot-starter-webflux")
				.otherwise("this is no WebFlux application", UNUSED));

	private KnownFeatures() {
	}

	/** Explains those that the auto-configurations have not published. */
	static List<CancelScopeFeature> explain(ConfigurableApplicationContext context,
			Collection<CancelScopeFeature> published) {
		ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
		ClassLoader classLoader = context.getClassLoader();
		List<String> excluded = ConditionEvaluationReport.get(beanFactory).getExclusions();
		List<CancelScopeFeature> explained = new ArrayList<>();
		for (KnownFeature feature : ALL) {
			if (!isIn(published, feature)) {
				explained
					.add(feature.explain(context.getEnvironment(), (type) -> ClassUtils.isPresent(type, classLoader),
							(type) -> hasBean(beanFactory, ClassUtils.resolveClassName(type, classLoader)),
							excluded::contains));
			}
		}
		return explained;
	}

	private static boolean isIn(Collection<CancelScopeFeature> published, KnownFeature feature) {
		for (CancelScopeFeature each : published) {
			if (feature.is(each)) {
				return true;
			}
		}
		return false;
	}

	private static boolean hasBean(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		return beanFactory.getBeanNamesForType(type, true, false).length > 0;
	}

}
