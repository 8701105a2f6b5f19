package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

/**
 * A client of the JDK's whose calls end with the scope they are made in, their bodies
 * included.
 */
final class ScopedJdkClient extends JdkClientWrapper {

	private final @Nullable DeadlineHeader header;

	ScopedJdkClient(HttpClient client, @Nullable DeadlineHeader header) {
		super(client);
		this.header = header;
	}

	@Override
	public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler,
			HttpResponse.@Nullable PushPromiseHandler<T> push) {
		if (!(scope() instanceof OpenScope scope)) {
			return this.client.sendAsync(request, handler, push);
		}
		return scope.isCancelled() ? CompletableFuture.failedFuture(scope.exception())
				: start(scope, request, handler, push);
	}

	@Override
	public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
			throws IOException, InterruptedException {
		if (!(scope() instanceof OpenScope scope)) {
			return this.client.send(request, handler);
		}
		scope.check();
		JdkCall<T> call = start(scope, request, handler, null);
		try {
			return call.get();
		}
		catch (InterruptedException ex) {
			call.cancel(true);
			throw ex;
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			if (scope.isCancelled() && call.isStopped()) {
				throw scope.exception();
			}
			throw ScopeFailures.<RuntimeException>sneakyThrow((cause != null) ? cause : ex);
		}
	}

	/** The root where an exchange of Spring's has taken the call already. */
	private static @Nullable CancelScope scope() {
		return (Exchange.sending() == null) ? CancelScope.current() : null;
	}

	private <T> JdkCall<T> start(CancelScope scope, HttpRequest request, HttpResponse.BodyHandler<T> handler,
			HttpResponse.@Nullable PushPromiseHandler<T> push) {
		JdkCall<T> call = new JdkCall<>();
		SentDeadline deadline = (this.header != null) ? SentDeadline.of(scope) : null;
		HttpRequest telling = tell(scope, request);
		SentDeadline sent = (telling != request) ? deadline : null;
		call.sent(this.client.sendAsync(telling, call.watch((sent != null) ? read(sent, handler) : handler), push));
		CancelScope.Registration registration = scope.onCancel((reason) -> call.stop(scope.exception()));
		call.whenEnded(registration::unregister);
		return call;
	}

	private static <T> HttpResponse.BodyHandler<T> read(SentDeadline sent, HttpResponse.BodyHandler<T> handler) {
		return (response) -> {
			sent.answered(response.statusCode(), response.headers().firstValue(SentDeadline.HEADER).orElse(null));
			return handler.apply(response);
		};
	}

	/** What the application has set itself stays. */
	private HttpRequest tell(CancelScope scope, HttpRequest request) {
		DeadlineHeader header = this.header;
		if (header == null || request.headers().firstValue(header.name()).isPresent()) {
			return request;
		}
		return scope.remaining()
			.map((left) -> HttpRequest.newBuilder(request, (name, value) -> true)
				.header(header.name(), header.format(left))
				.build())
			.orElse(request);
	}

}
