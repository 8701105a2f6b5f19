package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.error.DefaultErrorAttributes;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * An application whose handlers have begun an answer when the time of the request is up.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Lobby.Endpoints.class)
class Lobby {

	static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/** Sends a request that accepts something. */
	static HttpResponse<String> get(ConfigurableApplicationContext context, String path, String accept)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(Server.uri(context, path)).timeout(Duration.ofSeconds(60));
		if (accept != null) {
			request.header("Accept", accept);
		}
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	/** As one for security does: its headers are true of all answers. */
	@Bean
	FilterRegistrationBean<Filter> headersFilter() {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			((HttpServletResponse) response).setHeader("Vary", "Origin");
			((HttpServletResponse) response).setHeader("X-Frame-Options", "DENY");
			chain.doFilter(request, response);
		});
		registration.setOrder(0);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	@Bean
	FilterRegistrationBean<Filter> slowFilter() {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			if (((HttpServletRequest) request).getRequestURI().endsWith("/filtered")) {
				begin((HttpServletResponse) response);
				Desk.waitUntilCancelled();
			}
			chain.doFilter(request, response);
		});
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	@Bean
	Pages pages() {
		return new Pages();
	}

	/** Sees in which scope error pages are made. */
	static class Pages extends DefaultErrorAttributes {

		private final List<CancelScope> scopes = new CopyOnWriteArrayList<>();

		@Override
		public Map<String, Object> getErrorAttributes(WebRequest request, ErrorAttributeOptions options) {
			this.scopes.add(CancelScope.current());
			return super.getErrorAttributes(request, options);
		}

		/** Those since the last call. */
		List<CancelScope> takeScopes() {
			List<CancelScope> taken = List.copyOf(this.scopes);
			this.scopes.clear();
			return taken;
		}

	}

	static void begin(HttpServletResponse response) {
		response.setHeader("Cache-Control", "public, max-age=3600");
		response.setHeader("CDN-Cache-Control", "max-age=3600");
		response.setHeader("Expires", "Thu, 01 Dec 2033 16:00:00 GMT");
		response.setHeader("Pragma", "cache");
		response.setHeader("ETag", "\"7\"");
		response.setDateHeader("Last-Modified", 0);
		response.setHeader("Age", "7");
		response.setHeader("Content-Encoding", "br");
		response.setHeader("Content-Disposition", "attachment; filename=fares.csv");
		response.setHeader("Location", "/elsewhere");
		response.setContentType("text/csv");
		response.setContentLength(1000);
		response.setHeader("X-Trace", "7");
		response.addCookie(new Cookie("visit", "7"));
	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		Endpoints(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@GetMapping("/blocking")
		String blocking(HttpServletResponse response) {
			begin(response);
			Desk.waitUntilCancelled();
			return "never";
		}

		@GetMapping("/written")
		void written(HttpServletResponse response) throws IOException {
			begin(response);
			response.getWriter().write("from,to");
			Desk.waitUntilCancelled();
		}

		@GetMapping("/streamed")
		void streamed(HttpServletResponse response) throws IOException {
			begin(response);
			response.getOutputStream().write('f');
			Desk.waitUntilCancelled();
		}

		@GetMapping("/filtered")
		String filtered() {
			return "never";
		}

		@GetMapping("/callable")
		Callable<String> callable(HttpServletResponse response) {
			begin(response);
			return () -> {
				Desk.waitUntilCancelled();
				return "never";
			};
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred(HttpServletResponse response) {
			begin(response);
			return new DeferredResult<>();
		}

		@GetMapping("/emitter")
		ResponseBodyEmitter emitter(HttpServletResponse response) {
			begin(response);
			return new ResponseBodyEmitter();
		}

		@GetMapping("/cancelled")
		String cancelled(HttpServletResponse response) {
			begin(response);
			this.scopes.cancel("customer 4711 has unpaid bills");
			this.scopes.check();
			return "never";
		}

	}

}
