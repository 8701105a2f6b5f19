package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Channels that Spring gRPC creates have the interceptor.
 */
@Timeout(120)
class ClientBeanTests {

	private CallPeer peer;

	private ApplicationContextRunner runner;

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(Transport.NETTY);
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class, SslAutoConfiguration.class,
					CancelScopeGrpcAutoConfiguration.class, GrpcClientAutoConfiguration.class))
			.withPropertyValues("spring.grpc.client.inprocess.enabled=false",
					"spring.grpc.client.channel.default.target=static://127.0.0.1:" + this.peer.port())
			.withBean(Quotes.class);
	}

	@AfterEach
	void close() {
		this.peer.close();
	}

	@Test
	void exceptionOfAnAnnotatedMethodIsTheScopesOwn() {
		this.runner.run((context) -> assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(context.getBean(Quotes.class)::best)
			.withMessage("scope 'Quotes.best' (200ms) exceeded its deadline")
			.withCauseInstanceOf(StatusRuntimeException.class));
	}

	@Test
	void exceptionOfAnInterruptingMethodIsTheScopesOwn() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(context.getBean(Quotes.class)::interrupted)
				.withMessage("scope 'Quotes.interrupted' (200ms) exceeded its deadline");
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
	}

	@Test
	void fallbackStandsIn() {
		this.runner
			.run((context) -> assertThat(context.getBean(Quotes.class).orElse()).isEqualTo("no quote: DEADLINE"));
	}

	@Test
	void failureOfTheServerPasses() {
		this.runner.run((context) -> assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> context.getBean(Quotes.class).failing("DEADLINE_EXCEEDED"))
			.withMessage("DEADLINE_EXCEEDED: by the server")
			.satisfies((failure) -> assertThat(ScopeCancelledException.findIn(failure)).isNull()));
	}

	/** Those of the application see the deadline that it has set, and how calls ended. */
	@Test
	void interceptorIsInsideOfThoseOfTheApplication() {
		this.runner.withUserConfiguration(Interceptors.class).run((context) -> {
			CallsGrpc.CallsBlockingStub stub = context.getBean(Quotes.class).stub();
			OpenScope scope = context.getBean(CancelScopes.class)
				.open(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(200)));
			try (scope) {
				assertThatExceptionOfType(StatusRuntimeException.class)
					.isThrownBy(() -> stub.withDeadlineAfter(60, TimeUnit.SECONDS).unary(CallStub.ask(CallPeer.HANG)));
			}

			List<Seen> seen = context.getBean(Interceptors.class).seen;
			assertThat(seen).extracting(Seen::interceptor).containsExactlyInAnyOrder("first", "plain", "last");
			assertThat(seen).allSatisfy((one) -> {
				assertThat(one.options().getDeadline().timeRemaining(TimeUnit.SECONDS)).isGreaterThan(30);
				assertThat(one.status().getCause()).isInstanceOf(DeadlineExceededException.class);
			});
		});
	}

	@Test
	void propertySwitchesItOff() {
		this.runner.withPropertyValues("cancel-scope.grpc.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ScopedClientInterceptor.class));
	}

	@Test
	void interceptorOfTheApplicationReplacesIt() {
		ScopedClientInterceptor own = new ScopedClientInterceptor();
		this.runner.withBean(ScopedClientInterceptor.class, () -> own)
			.run((context) -> assertThat(context).getBean(ScopedClientInterceptor.class).isSameAs(own));
	}

	@Test
	void worksWithoutTheClientsOfSpring() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeGrpcAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(GlobalClientInterceptor.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ScopedClientInterceptor.class));
	}

	/**
	 * A client of the peer.
	 */
	static class Quotes {

		private final GrpcChannelFactory channels;

		private ManagedChannel channel;

		Quotes(GrpcChannelFactory channels) {
			this.channels = channels;
		}

		synchronized CallsGrpc.CallsBlockingStub stub() {
			if (this.channel == null) {
				this.channel = this.channels.createChannel("default");
			}
			return CallsGrpc.newBlockingStub(this.channel);
		}

		// tag::client[]
		@CancelScoped("200ms")
		String best() {
			return stub().unary(Ask.newBuilder().setText("hang").build()).getText();
		}
		// end::client[]

		@CancelScoped(timeout = "200ms", interrupt = true)
		String interrupted() {
			return stub().unary(CallStub.ask(CallPeer.HANG)).getText();
		}

		@CancelScoped(timeout = "200ms", fallback = "none")
		String orElse() {
			return stub().unary(CallStub.ask(CallPeer.HANG)).getText();
		}

		String none(CancelReason reason) {
			return "no quote: " + reason.kind();
		}

		@CancelScoped("60s")
		String failing(String status) {
			return stub().unary(CallStub.ask(status)).getText();
		}

	}

	/**
	 * What an interceptor has seen of a call.
	 *
	 * @param interceptor its name
	 * @param options the options it was given
	 * @param status the status the call ended with
	 */
	record Seen(String interceptor, CallOptions options, Status status) {

	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors {

		private final List<Seen> seen = new CopyOnWriteArrayList<>();

		@Bean
		@GlobalClientInterceptor
		@Order(Integer.MIN_VALUE)
		ClientInterceptor first() {
			return interceptor("first");
		}

		@Bean
		@GlobalClientInterceptor
		ClientInterceptor plain() {
			return interceptor("plain");
		}

		@Bean
		@GlobalClientInterceptor
		@Order(Integer.MAX_VALUE)
		ClientInterceptor last() {
			return interceptor("last");
		}

		private ClientInterceptor interceptor(String name) {
			return new ClientInterceptor() {

				@Override
				public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
						Channel next) {
					return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

						@Override
						public void start(Listener<R> listener, Metadata headers) {
							super.start(new SimpleForwardingClientCallListener<>(listener) {

								@Override
								public void onClose(Status status, Metadata trailers) {
									Interceptors.this.seen.add(new Seen(name, options, status));
									super.onClose(status, trailers);
								}

							}, headers);
						}

					};
				}

			};
		}

	}

}
