package io.cancelscope.spring.grpc;

import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.ScopeSettings;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * Scopes of the calls that a server handles.
 */
@Configuration(proxyBeanMethods = false)
class GrpcServerConfiguration {

	@Bean
	ServedMethods cancelScopeServedMethods(ObjectProvider<BindableService> services,
			ObjectProvider<ServerServiceDefinition> definitions) {
		return new ServedMethods(
				() -> Stream.concat(services.stream().map(BindableService::bindService), definitions.stream()));
	}

	@Bean
	ApplicationListener<GrpcServerStartedEvent> cancelScopeServedMethodsListener(ServedMethods methods) {
		return (event) -> methods.startedWith(event.getServer());
	}

	@Bean
	OpenCalls cancelScopeOpenCalls() {
		return new OpenCalls();
	}

	@Bean
	@GlobalServerInterceptor
	ScopedServerInterceptor cancelScopeServerInterceptor(CancelScopes scopes, ObjectProvider<TimeSource> time,
			ScopeSettings settings, ServedMethods methods, CancelScopeGrpcProperties properties,
			ObjectProvider<GrpcExceptionHandler> handlers, OpenCalls calls) {
		return new ScopedServerInterceptor(new ServedScopes(scopes, time.getIfAvailable(TimeSource::system), settings,
				methods, properties.server()), new CallAnswers(() -> handlers.orderedStream().toList()), calls);
	}

	@Bean
	CancelledCallHandler cancelScopeGrpcExceptionHandler() {
		return new CancelledCallHandler();
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "cancel-scope.shutdown.enabled", matchIfMissing = true)
	CancelAtServerShutdown cancelScopeAtServerShutdown(OpenCalls calls, Environment environment) {
		return new CancelAtServerShutdown(calls, ShutdownMoment.find(environment));
	}

}
