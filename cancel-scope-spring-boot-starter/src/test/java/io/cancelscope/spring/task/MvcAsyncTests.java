package io.cancelscope.spring.task;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a controller hands over for later runs in the scope that was open then. The scope
 * here is attached by a filter to the first thread of a request, and open for as long as
 * the server runs.
 */
class MvcAsyncTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static ConfigurableApplicationContext context;

	private static URI server;

	@BeforeAll
	static void start() {
		context = SpringApplication.run(Application.class, "--server.port=0");
		server = URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	@CarryingRow(way = "`Callable` from a controller", carried = "yes",
			by = "our `TaskDecorator` on `applicationTaskExecutor`")
	void callableRunsInTheScopeAround() throws Exception {
		assertThat(get("/callable")).isEqualTo("around");
	}

	@Test
	void callableWithATimeoutOfItsOwnRunsInTheScopeAround() throws Exception {
		assertThat(get("/webAsyncTask")).isEqualTo("around");
	}

	@Test
	@CarryingRow(way = "`StreamingResponseBody` from a controller", carried = "yes",
			by = "our `TaskDecorator` on `applicationTaskExecutor`")
	void streamedBodyIsWrittenInTheScopeAround() throws Exception {
		assertThat(get("/streaming")).isEqualTo("around");
	}

	@Test
	@CarryingRow(way = "`DeferredResult` from a controller", carried = "as its producer is",
			by = "whatever takes the work there, here Spring Boot's executor")
	void producerOfADeferredResultRunsInTheScopeAround() throws Exception {
		assertThat(get("/deferred")).isEqualTo("around");
	}

	@Test
	@CarryingRow(way = "`CompletableFuture` from a `@CancelScoped` controller method", carried = "as its producer is",
			by = "the scope itself lasts until the future completes")
	void producerOfAFutureRunsInTheScopeOfTheMethod() throws Exception {
		assertThat(get("/future")).isEqualTo("Controller.future");
	}

	@Test
	@CarryingRow(way = "`Callable` from a `@CancelScoped` controller method", carried = "no: that scope is over",
			by = "it runs in the scope around; annotate the method that it calls, or return a `CompletableFuture`")
	void callableOfAScopedMethodRunsInTheScopeAroundTheMethod() throws Exception {
		assertThat(get("/scopedCallable")).isEqualTo("around");
		assertThat(get("/scopedStreaming")).isEqualTo("around");
	}

	@Test
	void nothingStaysOnTheThreadsOfThePool() throws Exception {
		get("/callable");
		AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
		assertThat(executor.submit(MvcAsyncTests::current)).succeedsWithin(SOON).isEqualTo("root");
	}

	private static String get(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(server.resolve(path)).timeout(SOON).build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
	}

	private static String current() {
		return CancelScope.current().name();
	}

	@RestController
	static class Controller {

		private final AsyncTaskExecutor executor;

		Controller(AsyncTaskExecutor executor) {
			this.executor = executor;
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return MvcAsyncTests::current;
		}

		@GetMapping("/webAsyncTask")
		WebAsyncTask<String> webAsyncTask() {
			return new WebAsyncTask<>(SOON.toMillis(), MvcAsyncTests::current);
		}

		@GetMapping("/streaming")
		StreamingResponseBody streaming() {
			return MvcAsyncTests.Controller::write;
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			this.executor.execute(() -> result.setResult(current()));
			return result;
		}

		@GetMapping("/future")
		@CancelScoped("20s")
		CompletableFuture<String> future() {
			return this.executor.submitCompletable(MvcAsyncTests::current);
		}

		@GetMapping("/scopedCallable")
		@CancelScoped("20s")
		Callable<String> scopedCallable() {
			return MvcAsyncTests::current;
		}

		@GetMapping("/scopedStreaming")
		@CancelScoped("20s")
		StreamingResponseBody scopedStreaming() {
			return MvcAsyncTests.Controller::write;
		}

		private static void write(OutputStream out) throws IOException {
			out.write(current().getBytes(StandardCharsets.UTF_8));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
			CancelScopeFutureAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
			TaskExecutionAutoConfiguration.class, WebMvcAutoConfiguration.class,
			DispatcherServletAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class })
	static class Application {

		@Bean
		Controller controller(AsyncTaskExecutor executor) {
			return new Controller(executor);
		}

		@Bean
		OpenScope requestScope(CancelScopes scopes) {
			return scopes.openUnbound(ScopeOptions.named("around"));
		}

		@Bean
		FilterRegistrationBean<Filter> scopeAround(OpenScope requestScope) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				CancelScope.Registration attachment = requestScope.attach();
				try (attachment) {
					chain.doFilter(request, response);
				}
			});
			registration.setDispatcherTypes(DispatcherType.REQUEST);
			return registration;
		}

	}

}
