package io.cancelscope.spring.grpc;

import io.grpc.ClientInterceptor;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * Calls of clients. The interceptor is the innermost one: those outside of it see how the
 * scope ended a call, and attempts that they repeat belong to the scope, too.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ GlobalClientInterceptor.class, ClientInterceptor.class })
class GrpcClientConfiguration {

	@Bean
	@GlobalClientInterceptor
	@Order(Ordered.LOWEST_PRECEDENCE)
	@ConditionalOnMissingBean
	ScopedClientInterceptor cancelScopeGrpcClientInterceptor() {
		return new ScopedClientInterceptor();
	}

}
