package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stream whose time is up in the middle ends with its connection: nothing is appended
 * to it, by whomever, and nothing is logged but that its time was up.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Server.class)
@ExtendWith(OutputCaptureExtension.class)
class BrokenStreamTests {

	private static final int TIMES = 3;

	/** More than a server keeps back. */
	private static final int LONG = 10_000;

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Streams.class, "cancel-scope.web.timeout=700ms"));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/events", "/body", "/blocking" })
	void endsWithoutAnErrorPageAndWithOneLineAtMost(String path, CapturedOutput output) throws Exception {
		for (HttpClient.Version version : versions(path)) {
			assertThat(partsOf(path, version)).as("over %s", version)
				.allMatch((part) -> part.matches("[data:tick\\n]*"))
				.anyMatch((part) -> !part.isEmpty());
		}
		this.watch.allAreClosed();

		assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN ") || line.contains(" ERROR ")))
			.isEmpty();
		assertThat(output.getAll().lines().filter((line) -> line.contains(path)))
			.hasSizeLessThanOrEqualTo(this.watch.opened().size())
			.allMatch((line) -> line.contains("ran out of its budget"));
		assertThat(output).doesNotContain("\tat ");
	}

	/** Of some requests at once: each takes as long as its budget. */
	private List<String> partsOf(String path, HttpClient.Version version) throws Exception {
		ExecutorService callers = Executors.newFixedThreadPool(TIMES);
		try {
			Callable<String> caller = () -> untilBroken(HttpClient.newBuilder().version(version).build(), path);
			List<String> parts = new ArrayList<>();
			for (Future<String> part : callers.invokeAll(Collections.nCopies(TIMES, caller))) {
				parts.add(part.get());
			}
			return parts;
		}
		finally {
			callers.shutdown();
		}
	}

	/** Limitation: see {@link Container#lostClient}. */
	private HttpClient.Version[] versions(String path) {
		return (this.server == Server.TOMCAT && path.equals("/blocking"))
				? new HttpClient.Version[] { HttpClient.Version.HTTP_1_1 } : HttpClient.Version.values();
	}

	/**
	 * Reads until the connection is broken off, and returns what has come: nothing where
	 * the machine was so slow that the deadline came first.
	 */
	private String untilBroken(HttpClient client, String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(Server.uri(this.context, path)).build();
		StringBuilder text = new StringBuilder();
		HttpResponse<InputStream> response;
		try {
			response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
		}
		catch (IOException ex) {
			return "";
		}
		try (InputStream body = response.body()) {
			if (response.statusCode() == 504) {
				return "";
			}
			for (int next = body.read(); next >= 0; next = body.read()) {
				text.append((char) next);
			}
			return "whole: " + text;
		}
		catch (IOException ex) {
			return text.toString();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Endpoints.class, CatchAll.class })
	static class Streams {

		@Bean
		Watch watch() {
			return new Watch();
		}

	}

	@RestController
	static class Endpoints {

		@GetMapping("/events")
		SseEmitter events() {
			SseEmitter emitter = new SseEmitter();
			new Thread(() -> send(emitter)).start();
			return emitter;
		}

		private static void send(SseEmitter emitter) {
			try {
				emitter.send("tick");
			}
			catch (IOException ex) {
				emitter.completeWithError(ex);
			}
			catch (IllegalStateException ex) {
				assertThat(ex).as("what an emitter says to a producer that comes late")
					.hasMessageContaining("completed");
			}
		}

		@GetMapping("/body")
		StreamingResponseBody body() {
			return (out) -> {
				out.write("tick".repeat(LONG).getBytes(StandardCharsets.US_ASCII));
				Desk.waitUntilCancelled();
			};
		}

		@GetMapping("/blocking")
		void blocking(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("tick");
			response.flushBuffer();
			Desk.waitUntilCancelled();
		}

	}

	@RestControllerAdvice
	static class CatchAll {

		@ExceptionHandler
		String handle(Exception ex) {
			return "sorry";
		}

	}

}
