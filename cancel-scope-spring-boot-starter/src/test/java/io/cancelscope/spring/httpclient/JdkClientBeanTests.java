package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Calls of a {@code java.net.http.HttpClient} bean end with their scope.
 */
@Timeout(60)
class JdkClientBeanTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeHttpClientAutoConfiguration.class))
		.withPropertyValues("cancel-scope.httpclient.deadline-header=grpc-timeout")
		.withBean(HttpClient.class, HttpClient::newHttpClient);

	private final CancelScopes scopes = CancelScopes.create();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void callEndsAtTheDeadline() {
		run((http) -> {
			for (String path : new String[] { Peer.SILENT, Peer.HALF }) {
				FutureTask<?> call = call(200, () -> text(http, path));

				assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
					.hasMessage("scope 'quote' (200ms) exceeded its deadline");
				this.peer.awaitAbandoned(path);
			}
		});
	}

	@Test
	void futureFailsWhenTheScopeIsCancelled() {
		run((http) -> {
			OpenScope quote = this.scopes.open(ScopeOptions.named("quote"));
			try (quote) {
				CompletableFuture<?> future = http.sendAsync(request(Peer.SILENT),
						HttpResponse.BodyHandlers.ofString());
				this.peer.awaitRequest();

				quote.cancel("never mind");

				assertThat(future).failsWithin(Duration.ofSeconds(20))
					.withThrowableThat()
					.withCauseInstanceOf(ScopeCancelledException.class);
				this.peer.awaitAbandoned(Peer.SILENT);
			}
		});
	}

	@Test
	void streamThatIsReadLaterEndsWithTheScopeToo() {
		run((http) -> {
			OpenScope quote = this.scopes.open(ScopeOptions.named("quote"));
			try (quote) {
				InputStream body = http.send(request(Peer.HALF), HttpResponse.BodyHandlers.ofInputStream()).body();
				assertThat(body.readNBytes(5)).hasSize(5);

				quote.cancel("never mind");

				assertThatIOException().isThrownBy(body::read)
					.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNotNull());
				this.peer.awaitAbandoned(Peer.HALF);
			}
		});
	}

	@Test
	void answersComeAndNothingIsLeftBehind() {
		run((http) -> {
			assertThat(text(http, Peer.LENGTH)).isEqualTo("fine");
			assertThat(call(60_000, () -> text(http, Peer.LENGTH) + text(http, Peer.CHUNKED)).get())
				.isEqualTo("finefine");

			assertThat(this.peer.connections()).isEqualTo(1);
			assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("grpc-timeout");
			assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: ");
		});
	}

	@Test
	void nothingIsSentInACancelledScope() {
		run((http) -> {
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
					scope.cancel();
					assertThat(http.sendAsync(request(Peer.LENGTH), HttpResponse.BodyHandlers.ofString()))
						.isCompletedExceptionally();
					http.send(request(Peer.LENGTH), HttpResponse.BodyHandlers.ofString());
				}));

			assertThat(this.peer.connections()).isZero();
		});
	}

	private FutureTask<String> call(long millis, Callable<String> call) {
		return Worker.PLATFORM.call(() -> this.scopes
			.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(millis)), (scope) -> call.call()));
	}

	private String text(HttpClient http, String path) throws Exception {
		return http.send(request(path), HttpResponse.BodyHandlers.ofString()).body();
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create(this.peer.url(path))).build();
	}

	private void run(Exercise test) {
		ContextConsumer<AssertableApplicationContext> consumer = (context) -> test
			.run(context.getBean(HttpClient.class));
		this.runner.run(consumer);
	}

	@FunctionalInterface
	interface Exercise {

		void run(HttpClient http) throws Exception;

	}

}
