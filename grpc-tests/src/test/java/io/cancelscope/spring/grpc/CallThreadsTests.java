package io.cancelscope.spring.grpc;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Threads that calls run on, and those that cancel them.
 */
class CallThreadsTests {

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreads() throws Exception {
		try (TestServer server = TestServer.start(Transport.SHADED_NETTY, new Class<?>[] { VirtualThreads.class },
				"spring.threads.virtual.enabled=true")) {
			CountDownLatch begun = new CountDownLatch(1);
			CompletableFuture<String> thread = new CompletableFuture<>();
			CompletableFuture<Throwable> stopped = new CompletableFuture<>();
			server.handlers().unary = (ask, answers) -> {
				thread.complete(Thread.currentThread().toString());
				begun.countDown();
				stopped.complete(catchThrowable(() -> CancelScope.current().sleep(SeenScopes.SOON)));
			};

			ListenableFuture<Answer> answer = server.futures().unary(Handlers.ask("a"));
			assertThat(begun.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
			answer.cancel(true);

			assertThat(thread).succeedsWithin(SeenScopes.SOON).asString().startsWith("VirtualThread");
			assertThat(stopped).succeedsWithin(SeenScopes.SOON).isInstanceOf(ScopeCancelledException.class);
			assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
		}
	}

	/**
	 * With a direct executor, what gRPC calls runs on the event loop, which must not
	 * wait.
	 */
	@Test
	void eventLoopCancelsNothing() throws Exception {
		try (TestServer server = TestServer.start(Transport.SHADED_NETTY, new Class<?>[] { EventLoop.class })) {
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch answered = new CountDownLatch(1);
			CompletableFuture<String> cancelledOn = new CompletableFuture<>();
			server.handlers().unary = (ask, answers) -> {
				if (ask.getText().equals("bystander")) {
					answers.onNext(Handlers.answer(Thread.currentThread().getName()));
					answers.onCompleted();
					return;
				}
				CancelScope.current().onCancel((reason) -> {
					cancelledOn.complete(Thread.currentThread().getName());
					await(answered);
				});
				begun.countDown();
			};

			ListenableFuture<Answer> answer = server.futures().unary(Handlers.ask("a"));
			await(begun);
			answer.cancel(true);

			assertThat(cancelledOn).succeedsWithin(SeenScopes.SOON).asString().startsWith("cancel-scope-grpc-");
			assertThat(server.blocking().unary(Handlers.ask("bystander")).getText()).contains("ELG");
			answered.countDown();
			server.scopes().reset();
		}
	}

	/** What its caller wants of it, is in the context of a call. */
	@Test
	void callOnTheThreadOfItsCallerIsNotInItsScope() {
		try (TestServer server = TestServer.start(Transport.IN_PROCESS, new Class<?>[] { EventLoop.class })) {
			CompletableFuture<String> parent = new CompletableFuture<>();
			server.handlers().unary = (ask, answers) -> {
				parent.complete(CancelScope.current().name() + " in " + CancelScope.current().details().parent());
				answers.onNext(Handlers.answer("a"));
				answers.onCompleted();
			};
			CancelScopes scopes = server.context().getBean(CancelScopes.class);

			try (OpenScope caller = scopes.open(ScopeOptions.named("caller"))) {
				server.blocking().unary(Handlers.ask("a"));
				assertThat(CancelScope.current()).isSameAs(caller);
			}

			assertThat(parent).succeedsWithin(SeenScopes.SOON).isEqualTo("cancelscope.calls.Calls/Unary in null");
		}
	}

	@Test
	void callsAreMeasured() {
		TestServer server = TestServer.of(Transport.NETTY);
		server.handlers().unary = (ask, answers) -> CancelScope.current().cancel("enough");
		catchThrowable(() -> server.blocking().unary(Handlers.ask("a")));
		server.scopes().only();

		assertThat(server.context()
			.getBean(MeterRegistry.class)
			.find("cancel.scope.duration")
			.tag("name", "cancelscope.calls.Calls/Unary")
			.tag("outcome", "cancelled")
			.timers()).extracting(Timer::count)
			.singleElement()
			.asInstanceOf(InstanceOfAssertFactories.LONG)
			.isPositive();
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class VirtualThreads {

		@Bean
		GrpcServerExecutorProvider virtualThreads() throws ReflectiveOperationException {
			Method method = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
			Executor executor = (Executor) method.invoke(null);
			return () -> executor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EventLoop {

		@Bean
		GrpcServerExecutorProvider eventLoop() {
			return () -> Runnable::run;
		}

	}

}
