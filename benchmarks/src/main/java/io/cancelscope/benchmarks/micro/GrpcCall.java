package io.cancelscope.benchmarks.micro;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.grpc.CancelScopeGrpcAutoConfiguration;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A unary call within the process, all of it on one thread, without the starter and with
 * it on both sides. A scope sends its deadline, so a call in a scope stands beside one
 * that has a deadline of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GrpcCall {

	private static final byte[] MESSAGE = new byte[16];

	private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("Calls/Echo")
		.build();

	private AnnotationConfigApplicationContext context;

	private Server plainServer;

	private Server scopedServer;

	private ManagedChannel plain;

	private ManagedChannel scoped;

	private OpenScope scope;

	@Setup
	public void setUp() throws IOException {
		this.context = new AnnotationConfigApplicationContext(GrpcConfiguration.class);
		this.plainServer = server("plain").build().start();
		InProcessServerBuilder server = server("scoped");
		this.context.getBeanProvider(ServerInterceptor.class).orderedStream().forEach(server::intercept);
		this.scopedServer = server.build().start();
		this.plain = channel("plain").build();
		InProcessChannelBuilder channel = channel("scoped");
		this.context.getBeanProvider(ClientInterceptor.class).orderedStream().forEach(channel::intercept);
		this.scoped = channel.build();
		this.scope = this.context.getBean(CancelScopes.class).openUnbound(ScopeOptions.timeout(Duration.ofHours(1)));
	}

	private static InProcessServerBuilder server(String name) {
		return InProcessServerBuilder.forName(name)
			.directExecutor()
			.addService(ServerServiceDefinition.builder("Calls")
				.addMethod(METHOD, ServerCalls.asyncUnaryCall((message, answers) -> {
					answers.onNext(message);
					answers.onCompleted();
				}))
				.build());
	}

	private static InProcessChannelBuilder channel(String name) {
		return InProcessChannelBuilder.forName(name).directExecutor();
	}

	@TearDown
	public void close() {
		this.plain.shutdownNow();
		this.scoped.shutdownNow();
		this.plainServer.shutdownNow();
		this.scopedServer.shutdownNow();
		this.scope.close();
		this.context.close();
	}

	@Benchmark
	public byte[] plain() {
		return ClientCalls.blockingUnaryCall(this.plain, METHOD, CallOptions.DEFAULT, MESSAGE);
	}

	@Benchmark
	public byte[] plainWithDeadline() {
		return ClientCalls.blockingUnaryCall(this.plain, METHOD,
				CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS), MESSAGE);
	}

	@Benchmark
	public byte[] withoutScope() {
		return ClientCalls.blockingUnaryCall(this.scoped, METHOD, CallOptions.DEFAULT, MESSAGE);
	}

	@Benchmark
	public byte[] inScope() {
		CancelScope.Registration attached = this.scope.attach();
		try {
			return ClientCalls.blockingUnaryCall(this.scoped, METHOD, CallOptions.DEFAULT, MESSAGE);
		}
		finally {
			attached.close();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeGrpcAutoConfiguration.class })
	static class GrpcConfiguration {

	}

	/** The message is sent as it is. */
	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
