package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * An application whose endpoints take as long as they are let.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Desk.Endpoints.class)
class Desk {

	static final Duration SOON = Duration.ofSeconds(10);

	@Bean
	Watch watch() {
		return new Watch();
	}

	@Bean
	Ignored ignored() {
		return new Ignored();
	}

	/** Behind ours, where security and sessions are. */
	@Bean
	FilterRegistrationBean<Filter> slowFilter() {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			if (((HttpServletRequest) request).getRequestURI().endsWith("/filtered")) {
				waitUntilCancelled();
			}
			chain.doFilter(request, response);
		});
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	/** The outermost: sees that a thread has left a request, which goes on without it. */
	@Bean
	FilterRegistrationBean<Filter> asynchronousFilter(Asynchronous asynchronous) {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			chain.doFilter(request, response);
			asynchronous.left(((HttpServletRequest) request).getRequestURI());
		});
		registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	@Bean
	Asynchronous asynchronous() {
		return new Asynchronous();
	}

	static class Asynchronous {

		private final Set<String> paths = ConcurrentHashMap.newKeySet();

		private void left(String path) {
			this.paths.add(path);
		}

		void await(String path) {
			Awaitility.await().atMost(SOON).until(() -> this.paths.remove(path));
		}

	}

	/** Without Spring MVC. */
	@Bean
	ServletRegistrationBean<HttpServlet> plainServlet() {
		ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new PlainServlet(),
				"/plain/*");
		registration.setAsyncSupported(true);
		return registration;
	}

	static void waitUntilCancelled() {
		try {
			CancelScope.current().interruptibly((scope) -> {
				new CountDownLatch(1).await();
				return null;
			});
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Ignored implements IgnoredDeadlineListener {

		private final AtomicInteger count = new AtomicInteger();

		@Override
		public void ignored(DeadlineHeader header) {
			this.count.incrementAndGet();
		}

		int count() {
			return this.count.get();
		}

	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		private volatile CompletableFuture<String> work = new CompletableFuture<>();

		private final AtomicInteger required = new AtomicInteger();

		Endpoints(CancelScopes scopes) {
			this.scopes = scopes;
		}

		/** What {@link #work()} answers when it is done. */
		CompletableFuture<String> newWork() {
			this.work = new CompletableFuture<>();
			return this.work;
		}

		/** How often a handler began that requires a budget. */
		AtomicInteger required() {
			return this.required;
		}

		@GetMapping("/required")
		String requiring() {
			this.required.incrementAndGet();
			return "done";
		}

		/** Takes its time. */
		@GetMapping("/usual")
		String usual() throws InterruptedException {
			this.required.incrementAndGet();
			CancelScope.current().sleep(Duration.ofMillis(300));
			return "done";
		}

		@GetMapping("/names/{id}")
		String name(@PathVariable String id) {
			return CancelScope.current().name() + " " + this.scopes.remaining().map(Duration::toMillis).orElse(-1L);
		}

		@GetMapping("/hanging")
		String hanging() {
			waitUntilCancelled();
			return "never";
		}

		@GetMapping("/filtered")
		String filtered() {
			return "never";
		}

		@GetMapping("/late")
		String late() {
			try {
				waitUntilCancelled();
			}
			catch (RuntimeException ex) {
				return "late";
			}
			return "never";
		}

		@GetMapping("/wrapped")
		String wrapped() {
			try {
				waitUntilCancelled();
			}
			catch (RuntimeException ex) {
				throw new IllegalStateException("the query failed", ex);
			}
			return "never";
		}

		@GetMapping("/nested")
		String nested() {
			return this.scopes.call(ScopeOptions.named("fares").withTimeout(Duration.ofMillis(20)), (fares) -> {
				waitUntilCancelled();
				return "never";
			});
		}

		@GetMapping("/cancelled")
		String cancelled() {
			this.scopes.cancel("the desk closes");
			this.scopes.check();
			return "never";
		}

		@GetMapping("/broken")
		String broken() {
			throw new IllegalStateException("broken");
		}

		@GetMapping("/forgetful")
		String forgetful() {
			this.scopes.open(ScopeOptions.named("forgotten"));
			return "done";
		}

		/** Blocks for somebody who doesn't ask the scope. */
		@GetMapping("/work")
		String work() {
			return this.work.join();
		}

		@GetMapping("/committed")
		void committed(HttpServletResponse response) throws IOException {
			response.setContentLength(1000);
			response.getOutputStream().write('x');
			response.flushBuffer();
			waitUntilCancelled();
		}

		/** Has begun its answer, and sent nothing of it. */
		@GetMapping("/begun")
		void begun(HttpServletResponse response) throws IOException {
			response.setContentType("text/plain");
			response.setContentLength(1000);
			response.getOutputStream().write('x');
			waitUntilCancelled();
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> CancelScope.current().name();
		}

		@GetMapping("/callable/hanging")
		Callable<String> hangingCallable() {
			return () -> {
				waitUntilCancelled();
				return "never";
			};
		}

		/** Does not ask the scope, either. */
		@GetMapping("/callable/deaf")
		Callable<String> deafCallable() {
			CompletableFuture<String> done = this.work;
			return done::get;
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			CancelScope scope = CancelScope.current();
			new Thread(() -> result.setResult(scope.name())).start();
			return result;
		}

		@GetMapping("/work/deferred")
		DeferredResult<String> deferredWork() {
			DeferredResult<String> result = new DeferredResult<>();
			this.work.thenAccept(result::setResult);
			return result;
		}

		/** Sends a part, and is silent then. */
		@GetMapping("/work/streamed")
		ResponseBodyEmitter streamedWork() throws IOException {
			ResponseBodyEmitter emitter = new ResponseBodyEmitter();
			emitter.send("x");
			this.work.thenAccept((done) -> emitter.complete());
			return emitter;
		}

		@GetMapping("/deferred/hanging")
		DeferredResult<String> hangingDeferred() {
			return new DeferredResult<>();
		}

		@GetMapping("/streamed")
		StreamingResponseBody streamed() {
			return (out) -> out.write(CancelScope.current().name().getBytes());
		}

		@GetMapping("/streamed/endless")
		StreamingResponseBody endless() {
			return this::writeForEver;
		}

		private void writeForEver(OutputStream out) throws IOException {
			byte[] chunk = new byte[1024];
			while (true) {
				out.write(chunk);
				out.flush();
				this.scopes.check();
			}
		}

		@GetMapping("/blocking/endless")
		void endlessBlocking(HttpServletResponse response) throws IOException {
			writeForEver(response.getOutputStream());
		}

	}

	@SuppressWarnings("serial")
	static class PlainServlet extends HttpServlet {

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
			switch (request.getPathInfo()) {
				case "/blocking" -> waitUntilCancelled();
				case "/timeout" -> response.getWriter().write(timeout(request) + "");
				default -> request.startAsync();
			}
		}

		/** Ends it at once, from another thread, which may be faster than this one. */
		private static long timeout(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			context.complete();
			return context.getTimeout();
		}

	}

}
