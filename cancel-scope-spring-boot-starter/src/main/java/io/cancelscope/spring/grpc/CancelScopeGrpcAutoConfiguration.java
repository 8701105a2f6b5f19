package io.cancelscope.spring.grpc;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.grpc.ServerInterceptor;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * Auto-configuration for gRPC servers and clients. Exception handlers without an order
 * are called in the order of their definitions, so the library's is defined after the one
 * that Spring Boot adds for the application's advice.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration")
@ConditionalOnClass({ GlobalServerInterceptor.class, ServerInterceptor.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.grpc.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeGrpcProperties.class)
@Import({ GrpcServerConfiguration.class, GrpcClientConfiguration.class })
public final class CancelScopeGrpcAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeGrpcFeature() {
		return CancelScopeFeature.named("grpc");
	}

}
