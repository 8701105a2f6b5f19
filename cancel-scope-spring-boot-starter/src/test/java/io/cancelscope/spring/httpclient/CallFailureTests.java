package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.Mishap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A failure of whatever is behind a request factory stays what it is, unless stopping the
 * call may have led to it.
 */
class CallFailureTests {

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void failureOnTopOfWhichCameACancellationPasses() {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> call(Mishap::orderFailed))
			.withMessage("order failed");
	}

	@Test
	void unrelatedFailureInACancelledScopePasses() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> call(() -> {
			throw new IllegalStateException("card declined");
		})).withMessage("card declined");
	}

	@Test
	void brokenConnectionInACancelledScopeIsTheScopesException() {
		IOException broken = new IOException("closed");

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> call(() -> {
			throw broken;
		})).withMessage("scope 'order' was cancelled: the desk closes").withCause(broken);
	}

	/** Reactor's connection comes after that, finds the time up, and stops the call. */
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REACTOR")
	void bodyThatFailsByItselfAsTimeIsUpIsNotTakenForStopped(Client client) throws IOException {
		RestClient http = RestClient.builder().requestFactory(client.factory()).build();
		SleepyTime time = new SleepyTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		try (Peer peer = new Peer()) {
			assertThatException().isThrownBy(() -> scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
					(scope) -> http.post().uri(peer.url(Peer.LENGTH)).body((out) -> {
						time.now = Duration.ofSeconds(1).toNanos();
						throw new IllegalStateException("card declined");
					}).retrieve().toBodilessEntity()))
				.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull())
				.satisfies(
						(ex) -> assertThat(NestedExceptionUtils.getMostSpecificCause(ex)).hasMessage("card declined"));
		}
	}

	private void call(Failure failure) throws IOException {
		ClientHttpRequestFactory factory = new ScopedRequestFactoryCustomizer()
			.wrap((uri, method) -> new FailingRequest(method, uri, failure));
		this.scopes.run(ScopeOptions.named("order"),
				(scope) -> factory.createRequest(URI.create("http://localhost"), HttpMethod.GET).execute());
	}

	/** Passes, and wakes nobody. */
	static class SleepyTime implements TimeSource {

		private volatile long now;

		@Override
		public long nanoTime() {
			return this.now;
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	}

	@FunctionalInterface
	interface Failure {

		void fail() throws IOException;

	}

	/** Its scope is cancelled while it is on its way, and then it fails. */
	static class FailingRequest extends MockClientHttpRequest {

		private final Failure failure;

		FailingRequest(HttpMethod method, URI uri, Failure failure) {
			super(method, uri);
			this.failure = failure;
		}

		@Override
		protected MockClientHttpResponse executeInternal() throws IOException {
			CancelScope.current().cancel("the desk closes");
			this.failure.fail();
			throw new AssertionError("no failure");
		}

	}

}
