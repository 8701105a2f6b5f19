package io.cancelscope.spring.webflux;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * WebFlux on Tomcat, where Reactor Netty is not on the class path.
 */
@Timeout(120)
class WithoutReactorNettyTests {

	private static final Pattern NETTY = Pattern.compile("(reactor-netty|netty|spring-boot-.*netty).*\\.jar");

	@Test
	void requestIsAnsweredAtItsDeadline() throws Exception {
		String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		URL[] classPath = Stream.of(all.split(File.pathSeparator))
			.map(Path::of)
			.filter((entry) -> !NETTY.matcher(entry.getFileName().toString()).matches())
			.map(WithoutReactorNettyTests::url)
			.toArray(URL[]::new);
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
			Thread.currentThread().setContextClassLoader(loader);
			assertThatExceptionOfType(ClassNotFoundException.class)
				.isThrownBy(() -> loader.loadClass("reactor.netty.http.server.HttpServerResponse"));
			Object application = loader.loadClass(Application.class.getName()).getConstructor().newInstance();

			Object answers = ((Callable<?>) application).call();

			assertThat(answers).asString().startsWith("200 quick; 504 ").contains("The request exceeded its deadline");
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private static URL url(Path entry) {
		try {
			return entry.toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Loaded by a class loader of its own, like all it uses. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	public static class Application implements Callable<String> {

		@Override
		public String call() throws Exception {
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.REACTIVE)
				.properties("server.port=0", "cancel-scope.timeouts[GET /hanging]=300ms")
				.run("--spring.main.web-application-type=reactive")) {
				int port = ((WebServerApplicationContext) context).getWebServer().getPort();
				return get(port, "/quick") + "; " + get(port, "/hanging");
			}
		}

		private static String get(int port, String path) throws Exception {
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
				.timeout(Duration.ofSeconds(30))
				.build();
			HttpResponse<String> response = HttpClient.newHttpClient()
				.send(request, HttpResponse.BodyHandlers.ofString());
			return response.statusCode() + " " + response.body();
		}

	}

	@RestController
	static class Endpoints {

		@GetMapping("/quick")
		Mono<String> quick() {
			return Mono.just("quick");
		}

		@GetMapping("/hanging")
		Mono<String> hanging() {
			return Mono.never();
		}

	}

}
