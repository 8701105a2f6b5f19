package io.cancelscope.spring.grpc;

import java.time.Duration;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.grpc.ServerInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.Ordered;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the auto-configuration for gRPC adds, and when.
 */
class CancelScopeGrpcAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeGrpcAutoConfiguration.class));

	@Test
	void interceptorIsGlobalAndFurtherOutThanOthers() {
		this.runner.run((context) -> {
			assertThat(context.getBeansWithAnnotation(GlobalServerInterceptor.class).values())
				.hasAtLeastOneElementOfType(ScopedServerInterceptor.class);
			assertThat(context.getBean(ScopedServerInterceptor.class).getOrder())
				.isGreaterThan(Ordered.HIGHEST_PRECEDENCE)
				.isLessThan(0);
			assertThat(context.getBeansOfType(GrpcExceptionHandler.class).values())
				.hasAtLeastOneElementOfType(CancelledCallHandler.class);
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner.withPropertyValues("cancel-scope.grpc.server.timeout=2s", "cancel-scope.grpc.server.max-timeout=1m")
			.run((context) -> assertThat(context.getBean(CancelScopeGrpcProperties.class).server())
				.isEqualTo(new CancelScopeGrpcProperties.Server(Duration.ofSeconds(2), Duration.ofMinutes(1))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "timeout", "max-timeout" })
	void negativeBudgetStopsTheStartUp(String property) {
		this.runner.withPropertyValues("cancel-scope.grpc.server." + property + "=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.grpc.server." + property)
				.hasMessageContaining("-1s"));
	}

	@Test
	void callThatCouldNeverBeginStopsTheStartUp() {
		this.runner.withPropertyValues("cancel-scope.timeouts[grpc/**]=1s", "cancel-scope.requires[grpc/**]=2s")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(
						"Scope 'grpc/**' requires 2s to begin, which is more than its budget of 1s, set by"
								+ " 'cancel-scope.timeouts[grpc/**]'."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.enabled=false", "cancel-scope.grpc.enabled=false" })
	void switchedOff(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(ScopedServerInterceptor.class)
				.doesNotHaveBean(GrpcExceptionHandler.class));
	}

	@ParameterizedTest
	@ValueSource(classes = { GlobalServerInterceptor.class, ServerInterceptor.class })
	void libraryIsMissing(Class<?> type) {
		this.runner.withClassLoader(new FilteredClassLoader(type))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CancelScopeGrpcAutoConfiguration.class));
	}

	@Test
	void shutdownIsSwitchedOff() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(CancelAtServerShutdown.class));
		this.runner.withPropertyValues("cancel-scope.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(CancelAtServerShutdown.class));
	}

}
