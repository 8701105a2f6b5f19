package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.cancelscope.grpc.calls.CallsGrpc;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.NettyGrpcServerFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceDiscoverer;

/**
 * An application with a gRPC server, and a channel of a client that knows nothing of the
 * library.
 */
final class TestServer implements AutoCloseable {

	private static final Map<Transport, TestServer> shared = new ConcurrentHashMap<>();

	private final ConfigurableApplicationContext context;

	private final ManagedChannel channel;

	private TestServer(ConfigurableApplicationContext context, ManagedChannel channel) {
		this.context = context;
		this.channel = channel;
	}

	/** The one that all tests of a transport use. */
	static TestServer of(Transport transport) {
		TestServer server = shared.computeIfAbsent(transport, (missing) -> start(transport));
		server.handlers().reset();
		server.scopes().reset();
		return server;
	}

	static TestServer start(Transport transport, String... properties) {
		return start(transport, new Class<?>[0], properties);
	}

	static TestServer start(Transport transport, Class<?>[] configurations, String... properties) {
		List<Class<?>> sources = new ArrayList<>(List.of(configurations));
		sources.add(Application.class);
		sources.add(PlainNetty.class);
		SpringApplication application = new SpringApplication(sources.toArray(Class<?>[]::new));
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		String name = "test-" + System.nanoTime();
		List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--spring.grpc.client.enabled=false"));
		all.addAll(switch (transport) {
			case NETTY -> List.of("--test.netty=true");
			case SHADED_NETTY -> List.of("--spring.grpc.server.port=0");
			case IN_PROCESS -> List.of("--spring.grpc.server.inprocess.name=" + name, "--spring.grpc.server.port=0");
		});
		for (String property : properties) {
			all.add("--" + property);
		}
		ConfigurableApplicationContext context = application.run(all.toArray(String[]::new));
		return new TestServer(context,
				(transport == Transport.IN_PROCESS) ? InProcessChannelBuilder.forName(name).build()
						: NettyChannelBuilder.forAddress("localhost", port(context)).usePlaintext().build());
	}

	private static int port(ConfigurableApplicationContext context) {
		return context.getBeanProvider(GrpcServerLifecycle.class)
			.stream()
			.mapToInt(GrpcServerLifecycle::getPort)
			.filter((port) -> port > 0)
			.findFirst()
			.orElseThrow();
	}

	Channel channel() {
		return this.channel;
	}

	int port() {
		return port(this.context);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	Handlers handlers() {
		return this.context.getBean(Handlers.class);
	}

	SeenScopes scopes() {
		return this.context.getBean(SeenScopes.class);
	}

	CallsGrpc.CallsBlockingStub blocking() {
		return CallsGrpc.newBlockingStub(this.channel);
	}

	CallsGrpc.CallsStub async() {
		return CallsGrpc.newStub(this.channel);
	}

	CallsGrpc.CallsFutureStub futures() {
		return CallsGrpc.newFutureStub(this.channel);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.context.close();
		try {
			this.channel.awaitTermination(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	enum Transport {

		NETTY, SHADED_NETTY, IN_PROCESS

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handlers handlers() {
			return new Handlers();
		}

		@Bean
		SeenScopes seenScopes() {
			return new SeenScopes();
		}

	}

	/** Spring Boot takes the shaded one where both are there. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("test.netty")
	static class PlainNetty {

		@Bean
		NettyGrpcServerFactory nettyGrpcServerFactory(GrpcServiceDiscoverer discoverer,
				GrpcServiceConfigurer configurer) {
			NettyGrpcServerFactory factory = new NettyGrpcServerFactory("localhost:0", List.of(), null, null, null);
			discoverer.findServices().forEach((service) -> factory.addService(configurer.configure(service, factory)));
			return factory;
		}

		@Bean
		GrpcServerLifecycle nettyGrpcServerLifecycle(NettyGrpcServerFactory factory,
				ApplicationEventPublisher publisher) {
			return new GrpcServerLifecycle(factory, Duration.ofSeconds(10), publisher);
		}

	}

}
