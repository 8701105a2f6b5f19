package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls of an {@code OkHttpClient} bean end with their scope.
 */
@Timeout(60)
class OkHttpTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeHttpClientAutoConfiguration.class))
		.withPropertyValues("cancel-scope.httpclient.deadline-header=grpc-timeout");

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

	@ParameterizedTest
	@ValueSource(strings = { Peer.SILENT, Peer.HALF, Peer.DRIP })
	void callEndsAtTheDeadline(String path) {
		this.runner.withBean(OkHttpClient.class, OkHttpClient::new).run((context) -> {
			OkHttpClient http = context.getBean(OkHttpClient.class);

			FutureTask<?> call = Worker.PLATFORM.call(() -> this.scopes
				.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(300)), (scope) -> get(http, path)));

			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'quote' (300ms) exceeded its deadline");
			this.peer.awaitAbandoned(path);
		});
	}

	@Test
	void answersComeAndNothingIsLeftBehind() {
		this.runner.withBean(OkHttpClient.class, OkHttpClient::new).run((context) -> {
			OkHttpClient http = context.getBean(OkHttpClient.class);

			assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
			this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> {
				assertThat(get(http, Peer.LENGTH) + get(http, Peer.CHUNKED)).isEqualTo("finefine");
				scope.cancel();
			});

			assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
			assertThat(this.peer.connections()).isEqualTo(1);
			assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("grpc-timeout");
			assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: ");
		});
	}

	@Test
	void nothingIsSentInACancelledScope() {
		OkHttpClient http = new OkHttpClient.Builder().addInterceptor(new ScopedOkHttpInterceptor()).build();

		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				get(http, Peer.LENGTH);
			}));

		assertThat(this.peer.connections()).isZero();
	}

	@Test
	void clientThatHasTheInterceptorStaysAsItIs() {
		OkHttpClient http = new OkHttpClient.Builder().addInterceptor(new ScopedOkHttpInterceptor()).build();

		this.runner.withBean(OkHttpClient.class, () -> http)
			.run((context) -> assertThat(context).getBean(OkHttpClient.class).isSameAs(http));
	}

	@Test
	void worksWithoutOkHttp() {
		this.runner.withClassLoader(new FilteredClassLoader("okhttp3"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ScopedOkHttpInterceptor.class));
	}

	private String get(OkHttpClient http, String path) throws IOException {
		Request request = new Request.Builder().url(this.peer.url(path)).build();
		try (Response response = http.newCall(request).execute()) {
			return response.body().string();
		}
	}

}
