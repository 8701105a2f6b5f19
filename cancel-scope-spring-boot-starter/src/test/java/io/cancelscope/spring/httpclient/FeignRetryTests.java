package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import feign.Client;
import feign.Feign;
import feign.Request;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Feign tries a call again that failed by itself, and none that its scope has ended; and
 * whatever library is behind it is told how long it may wait.
 */
@Timeout(60)
class FeignRetryTests {

	private final List<Request.Options> attempts = new CopyOnWriteArrayList<>();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	@Test
	void callOfACancelledScopeIsNotTriedAgain() {
		Api api = api(() -> CancelScope.current().cancel("nobody waits"), new Retryer.Default(1, 1, 5));

		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> api.get()))
			.withMessage("scope 'quote' was cancelled: nobody waits")
			.withCauseInstanceOf(ConnectException.class);

		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void failureOfACallInAnOpenScopeIsTriedAgain() {
		Api api = api(() -> {
		}, new Retryer.Default(1, 1, 3));

		assertThatExceptionOfType(RetryableException.class)
			.isThrownBy(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> api.get()));

		assertThat(this.attempts).hasSize(3);
	}

	@Test
	void pauseBeforeTheNextAttemptEndsWithTheScope() throws Exception {
		CountDownLatch failing = new CountDownLatch(1);
		AtomicReference<CancelScope> quote = new AtomicReference<>();
		Api api = api(failing::countDown, new Retryer.Default(3_600_000, 3_600_000, 5));

		FutureTask<String> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			return api.get();
		}));
		assertThat(failing.await(20, TimeUnit.SECONDS)).isTrue();
		quote.get().cancel("nobody waits");

		assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'quote' was cancelled: nobody waits");
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void libraryWaitsNoLongerThanTheScopeHasLeft() {
		Api api = api(() -> {
		}, Retryer.NEVER_RETRY);

		assertThatExceptionOfType(RetryableException.class)
			.isThrownBy(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> api.get()));
		assertThatExceptionOfType(RetryableException.class)
			.isThrownBy(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofHours(1)), (scope) -> api.get()));
		assertThatExceptionOfType(RetryableException.class).isThrownBy(api::get);

		assertThat(this.attempts).extracting(Request.Options::readTimeoutMillis).containsExactly(800, 7000, 7000);
		assertThat(this.attempts).extracting(Request.Options::connectTimeoutMillis).containsOnly(5000);
	}

	private Api api(Runnable attempt, Retryer retryer) {
		Client failing = (request, options) -> {
			this.attempts.add(options);
			attempt.run();
			throw failure();
		};
		return Feign.builder()
			.client(failing)
			.retryer(retryer)
			.options(new Request.Options(5, TimeUnit.SECONDS, 7, TimeUnit.SECONDS, true))
			.addCapability(new ScopedFeignCapability())
			.target(Api.class, "http://localhost");
	}

	private static IOException failure() {
		return new ConnectException("refused");
	}

	interface Api {

		@RequestLine("GET /")
		String get();

	}

}
