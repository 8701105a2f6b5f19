package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import feign.Client;
import feign.Request;
import feign.Response;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

/**
 * A client of Feign's whose calls end with the scope they are made in, as far as the
 * library behind it lets them, and wait no longer than the scope has left.
 */
final class ScopedFeignClient implements Client {

	private final Client client;

	/** Whether it works with the JDK's HttpURLConnection. */
	private final boolean ofJdk;

	private final @Nullable DeadlineHeader header;

	private ScopedFeignClient(Client client, @Nullable DeadlineHeader header) {
		this.client = StoppableFeignClient.of(client);
		this.ofJdk = client instanceof Client.Default;
		this.header = header;
	}

	static Client of(Client client, @Nullable DeadlineHeader header) {
		return (client instanceof ScopedFeignClient) ? client : new ScopedFeignClient(client, header);
	}

	@Override
	public Response execute(Request request, Request.Options options) throws IOException {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return this.client.execute(request, options);
		}
		scope.check();
		SentDeadline deadline = (this.header != null) ? SentDeadline.of(scope) : null;
		Request telling = tell(scope, request);
		SentDeadline sent = (telling != request) ? deadline : null;
		Response response;
		try {
			response = this.client.execute(telling, bound(scope, options));
		}
		catch (IOException ex) {
			// Not an IOException: Feign would try again.
			if (scope.isCancelled()) {
				throw ScopeFailures.attach(scope.exception(), ex);
			}
			throw ex;
		}
		if (sent != null) {
			sent.answered(response.status(),
					response.headers().getOrDefault(SentDeadline.HEADER, List.of()).stream().findFirst().orElse(null));
		}
		Response.Body body = response.body();
		return (body == null || body.isRepeatable()) ? response
				: response.toBuilder().body(new ScopedFeignBody(body, scope, this.ofJdk)).build();
	}

	/**
	 * A library that nothing stops waits for as long as it is told. The time to connect
	 * stays where it may be a part of what the library keys its clients by.
	 */
	private Request.Options bound(CancelScope scope, Request.Options options) {
		return scope.remaining().map((left) -> {
			long millis = Math.max(1, left.plus(Duration.ofNanos(999_999)).toMillis());
			return new Request.Options(
					this.ofJdk ? shorter(options.connectTimeoutMillis(), millis) : options.connectTimeoutMillis(),
					TimeUnit.MILLISECONDS, shorter(options.readTimeoutMillis(), millis), TimeUnit.MILLISECONDS,
					options.isFollowRedirects());
		}).orElse(options);
	}

	/** Zero is no limit, in both. */
	private static long shorter(int timeout, long left) {
		long limit = Math.min(left, Integer.MAX_VALUE);
		return (timeout > 0) ? Math.min(timeout, limit) : limit;
	}

	/** What the application has set itself stays. */
	private Request tell(CancelScope scope, Request request) {
		DeadlineHeader header = this.header;
		if (header == null || request.headers().keySet().stream().anyMatch(header.name()::equalsIgnoreCase)) {
			return request;
		}
		return scope.remaining().map((left) -> {
			Map<String, Collection<String>> headers = new LinkedHashMap<>(request.headers());
			headers.put(header.name(), List.of(header.format(left)));
			return Request.create(request.httpMethod(), request.url(), headers, request.body(), request.charset(),
					request.requestTemplate());
		}).orElse(request);
	}

}
