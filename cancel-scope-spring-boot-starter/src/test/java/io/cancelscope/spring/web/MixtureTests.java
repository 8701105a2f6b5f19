package io.cancelscope.spring.web;

import java.util.EnumMap;
import java.util.Map;

import io.cancelscope.spring.fixture.Mixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: a producer writes its answer while its request runs out of time, and the answer
 * to that is written. See {@link ResponseGate} for the schedule. Whatever comes first,
 * each answer is the producer's, whole, or a problem detail, whole, or the connection is
 * broken off; and the next answer on the connection has nothing of it.
 * <p>
 * {@code -Dcancel-scope.test.mixtures=10000} says how many requests there are of each
 * kind.
 */
@Timeout(600)
@ParameterizedClass
@EnumSource(Server.class)
class MixtureTests {

	private static final int REQUESTS = Integer.getInteger("cancel-scope.test.mixtures", 150);

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/emitter", "/sse", "/streamed", "/deaf", "/deferred", "/callable", "/helped" })
	void answerHasOneAuthor(String path) throws InterruptedException {
		int port = Server.port(context());

		Mixtures mixtures = Mixtures.of(port, path, REQUESTS);

		System.out.printf("%-6s %-10s %s%n", this.server, path, mixtures);
		assertThat(mixtures.wrong()).isEmpty();
		assertThat(mixtures.whole()).isPositive();
	}

	/** Race: the same, and the container renders the error page of the application. */
	@ParameterizedTest
	@ValueSource(strings = { "/emitter", "/streamed", "/deferred", "/callable", "/helped" })
	void pageHasOneAuthor(String path) throws InterruptedException {
		int port = Server.port(context());

		Mixtures mixtures = Mixtures.of(port, path, "text/html, */*;q=0.1", REQUESTS);

		System.out.printf("%-6s %-10s %s, of pages%n", this.server, path, mixtures);
		assertThat(mixtures.wrong()).isEmpty();
		assertThat(mixtures.whole()).isPositive();
	}

	/** Takes more than a second each, on Tomcat. */
	@ParameterizedTest
	@ValueSource(strings = "/plain")
	void answerOfAPlainServletHasOneAuthor(String path) throws InterruptedException {
		int port = Server.port(context());

		Mixtures mixtures = Mixtures.of(port, path, Math.min(REQUESTS / 6, 200));

		System.out.printf("%-6s %-10s %s%n", this.server, path, mixtures);
		assertThat(mixtures.wrong()).isEmpty();
	}

	private ConfigurableApplicationContext context() {
		return contexts.computeIfAbsent(this.server, (server) -> server.start(Newsroom.class,
				"cancel-scope.web.timeout=50ms", "cancel-scope.timeouts[GET /intact]=1m"));
	}

}
