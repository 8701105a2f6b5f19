package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.spring.fixture.Mixtures;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * An application that has its answers ready at the deadline, give or take 2 ms.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Newsroom.Endpoints.class)
class Newsroom {

	private static final long AROUND = Duration.ofMillis(2).toNanos();

	/** Longer than a container needs to see that the time of a request is up. */
	private static final long LONG = Duration.ofSeconds(10).toNanos();

	@Bean(destroyMethod = "shutdownNow")
	ExecutorService producers() {
		return Executors.newCachedThreadPool();
	}

	@Bean
	ServletRegistrationBean<HttpServlet> plainServlet(ExecutorService producers) {
		ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new PlainServlet(producers),
				"/plain");
		registration.setAsyncSupported(true);
		return registration;
	}

	/** Waits for the deadline of the scope, give or take. */
	static void untilDeadline(CancelScope scope) {
		long wait = scope.remaining().orElse(Duration.ZERO).toNanos()
				+ ThreadLocalRandom.current().nextLong(-AROUND, AROUND);
		long begin = System.nanoTime();
		for (long left = wait; left > 0; left = wait - (System.nanoTime() - begin)) {
			LockSupport.parkNanos(left);
			if (Thread.interrupted()) {
				return;
			}
		}
	}

	private static void write(int number, OutputStream out) throws IOException {
		for (String piece : Mixtures.pieces(number)) {
			out.write(piece.getBytes(StandardCharsets.US_ASCII));
			out.flush();
		}
	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		private final ExecutorService producers;

		Endpoints(CancelScopes scopes, ExecutorService producers) {
			this.scopes = scopes;
			this.producers = producers;
		}

		@GetMapping("/intact")
		String intact(int n) {
			return "intact " + n;
		}

		@GetMapping("/emitter")
		ResponseBodyEmitter emitter(int n) {
			ResponseBodyEmitter emitter = new ResponseBodyEmitter();
			CancelScope scope = CancelScope.current();
			this.producers.execute(() -> send(emitter, scope, n));
			return emitter;
		}

		@GetMapping("/sse")
		SseEmitter sse(int n) {
			SseEmitter emitter = new SseEmitter();
			CancelScope scope = CancelScope.current();
			this.producers.execute(() -> send(emitter, scope, n));
			return emitter;
		}

		private static void send(ResponseBodyEmitter emitter, CancelScope scope, int number) {
			untilDeadline(scope);
			try {
				for (String piece : Mixtures.pieces(number)) {
					emitter.send(piece);
				}
				emitter.complete();
			}
			catch (IOException | RuntimeException ex) {
				emitter.completeWithError(ex);
			}
		}

		@GetMapping("/streamed")
		StreamingResponseBody streamed(int n) {
			return (out) -> {
				untilDeadline(CancelScope.current());
				write(n, out);
			};
		}

		/** Takes no notice of what its writes throw. */
		@GetMapping("/deaf")
		StreamingResponseBody deaf(int n) {
			return (out) -> {
				untilDeadline(CancelScope.current());
				for (String piece : Mixtures.pieces(n)) {
					try {
						out.write(piece.getBytes(StandardCharsets.US_ASCII));
					}
					catch (RuntimeException ex) {
						// Ignored: as written.
					}
				}
			};
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred(int n) {
			DeferredResult<String> result = new DeferredResult<>();
			CancelScope scope = CancelScope.current();
			this.producers.execute(() -> {
				untilDeadline(scope);
				result.setResult(Mixtures.text(n));
			});
			return result;
		}

		@GetMapping("/callable")
		Callable<String> callable(int n) {
			return () -> {
				untilDeadline(CancelScope.current());
				return Mixtures.text(n);
			};
		}

		/** Is written by another thread than the one that is cancelled. */
		@GetMapping("/helped")
		void helped(int n, HttpServletResponse response) throws InterruptedException, ExecutionException {
			CancelScope scope = CancelScope.current();
			CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
				untilDeadline(scope);
				try {
					write(n, response.getOutputStream());
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			}, this.producers);
			this.scopes.await(written);
		}

	}

	/** Writes until it is stopped, each second time without a part that is sent. */
	@SuppressWarnings("serial")
	static class PlainServlet extends HttpServlet {

		private final transient ExecutorService producers;

		PlainServlet(ExecutorService producers) {
			this.producers = producers;
		}

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) {
			AsyncContext context = request.startAsync();
			boolean flushes = Integer.parseInt(request.getParameter("n")) % 2 == 0;
			this.producers.execute(() -> write(context, flushes));
		}

		private static void write(AsyncContext context, boolean flushes) {
			try {
				OutputStream out = context.getResponse().getOutputStream();
				for (long begin = System.nanoTime(); System.nanoTime() - begin < LONG;) {
					out.write('x');
					if (flushes) {
						out.flush();
					}
					LockSupport.parkNanos(1_000_000);
				}
			}
			catch (IOException | RuntimeException ex) {
				// Ignored: it is stopped.
			}
			try {
				context.complete();
			}
			catch (RuntimeException ex) {
				// Ignored: it is over.
			}
		}

	}

}
