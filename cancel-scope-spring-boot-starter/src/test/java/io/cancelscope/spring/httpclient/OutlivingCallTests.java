package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.OutlivingWork;
import io.cancelscope.spring.OutlivingWork.Start;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of work that a service has left behind end with the request around the service,
 * whether that work had begun when the service returned or not.
 */
@Timeout(60)
class OutlivingCallTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(OutlivingWork.class);

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void nothingIsLeftBehind() throws IOException {
		this.peer.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(this.time.pending()).isZero());
	}

	/** HttpURLConnection waits for its own timeout on platform threads. */
	static Stream<Arguments> calls() {
		return Stream.of(Client.values())
			.filter((client) -> client != Client.SIMPLE)
			.flatMap((client) -> Stream.of(Start.values()).map((start) -> Arguments.of(client, start)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void callIsAbandonedWithTheRequest(Client client, Start start) {
		run((scopes, orders) -> {
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			try (request) {
				CompletableFuture<String> mail = OutlivingWork.Orders.take(orders, start, call(client, Peer.SILENT),
						this.peer::awaitRequest);

				request.cancel("the client is gone");

				assertThat(mail).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(ScopeCancelledException.class)
					.withMessageEndingWith("the client is gone");
				this.peer.awaitAbandoned(Peer.SILENT);
			}
		});
	}

	@ParameterizedTest
	@MethodSource("calls")
	void bodyIsAbandonedWhenTheTimeOfTheRequestIsUp(Client client, Start start) {
		run((scopes, orders) -> {
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofMillis(800)));
			try (request) {
				CompletableFuture<String> mail = OutlivingWork.Orders.take(orders, start, call(client, Peer.DRIP),
						this.peer::awaitDrip);

				this.time.advance(Duration.ofMillis(800));

				assertThat(mail).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(DeadlineExceededException.class);
				this.peer.awaitAbandoned(Peer.DRIP);
			}
		});
	}

	@ParameterizedTest
	@MethodSource("calls")
	void callRunsToItsEndWhereTheRequestEndedInTime(Client client, Start start) {
		run((scopes, orders) -> {
			CompletableFuture<String> mail;
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofMillis(800)));
			try (request) {
				mail = OutlivingWork.Orders.take(orders, start, call(client, Peer.HELD), this.peer::awaitRequest);
			}

			this.time.advance(Duration.ofHours(2));
			assertThat(request.cancel()).isFalse();
			this.peer.listen();

			assertThat(mail).succeedsWithin(SOON).isEqualTo("fine");
		});
	}

	private Callable<String> call(Client client, String path) {
		RestClient http = RestClient.builder().requestFactory(client.factory()).build();
		return () -> http.get().uri(this.peer.url(path)).retrieve().body(String.class);
	}

	private void run(Test test) {
		this.runner.run((context) -> test.run(context.getBean(CancelScopes.class),
				context.getBean(OutlivingWork.Orders.class)));
	}

	@FunctionalInterface
	interface Test {

		void run(CancelScopes scopes, OutlivingWork.Orders orders) throws Exception;

	}

}
