package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * HttpComponents loses a connection whose new owner is interrupted as it is handed over:
 *
 * <pre>
 * caller:      waits for the pool ............. interrupted: gives the lease up
 * other call:                      gives back
 * pool:                            leases it to the caller, who never takes it
 * </pre>
 *
 * So nobody is interrupted there. {@link BystanderTests} sees that the pool stays whole.
 */
@org.junit.jupiter.api.Timeout(60)
class HttpComponentsLeaseTests {

	/** Longer than a call that was stopped has before it is interrupted. */
	private static final Duration LONG_ENOUGH = Duration.ofMillis(300);

	private final CancelScopes scopes = CancelScopes.create();

	private final PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();

	private final CountDownLatch leasing = new CountDownLatch(1);

	private final CountDownLatch cancelled = new CountDownLatch(1);

	private final AtomicBoolean interrupted = new AtomicBoolean();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		this.pool.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nobodyIsInterruptedWhileItWaitsForAConnection(boolean interruptingScope) throws Exception {
		RestClient http = RestClient.builder().requestFactory(factory()).build();
		ScopeOptions options = ScopeOptions.named("quote");
		AtomicReference<CancelScope> quote = new AtomicReference<>();

		FutureTask<String> call = Worker.PLATFORM
			.call(() -> this.scopes.call(interruptingScope ? options.interrupt() : options, (scope) -> {
				quote.set(scope);
				return http.get().uri(this.peer.url(Peer.LENGTH)).retrieve().body(String.class);
			}));
		assertThat(this.leasing.await(20, TimeUnit.SECONDS)).isTrue();
		quote.get().cancel();
		this.cancelled.countDown();

		assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.interrupted).isFalse();
		assertThat(this.pool.getTotalStats().getLeased()).isZero();
		assertThat(this.pool.getTotalStats().getPending()).isZero();
	}

	private ClientHttpRequestFactory factory() {
		HttpClientConnectionManager watched = (HttpClientConnectionManager) Proxy.newProxyInstance(
				getClass().getClassLoader(), new Class<?>[] { HttpClientConnectionManager.class },
				(proxy, method, arguments) -> {
					try {
						Object result = method.invoke(this.pool, arguments);
						return (result instanceof LeaseRequest lease) ? new WatchedLease(lease) : result;
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
		return new ScopedRequestFactoryCustomizer().wrap(
				new HttpComponentsClientHttpRequestFactory(HttpClients.custom().setConnectionManager(watched).build()));
	}

	private final class WatchedLease implements LeaseRequest {

		private final LeaseRequest lease;

		WatchedLease(LeaseRequest lease) {
			this.lease = lease;
		}

		@Override
		public ConnectionEndpoint get(Timeout timeout)
				throws InterruptedException, ExecutionException, TimeoutException {
			HttpComponentsLeaseTests.this.leasing.countDown();
			watch();
			return this.lease.get(timeout);
		}

		private void watch() {
			long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
			boolean cancelled = false;
			while (System.nanoTime() - until < 0) {
				if (Thread.currentThread().isInterrupted()) {
					HttpComponentsLeaseTests.this.interrupted.set(true);
					return;
				}
				if (!cancelled && HttpComponentsLeaseTests.this.cancelled.getCount() == 0) {
					cancelled = true;
					until = System.nanoTime() + LONG_ENOUGH.toNanos();
				}
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			}
		}

		@Override
		public boolean cancel() {
			return this.lease.cancel();
		}

	}

}
