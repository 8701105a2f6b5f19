package io.cancelscope.spring.httpclient;

import java.io.IOException;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.ScopeFailures;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of OkHttp end with the scope they are executed in, while they wait and
 * while their body is read. {@code OkHttpClient} beans have it; other clients are given
 * it as the last of their interceptors:
 *
 * <pre>{@code
 * new OkHttpClient.Builder().addInterceptor(interceptor).build();
 * }</pre>
 *
 * <p>
 * Calls that are enqueued run on a thread of OkHttp's, where no scope is current unless
 * the dispatcher's executor propagates it.
 */
public final class ScopedOkHttpInterceptor implements Interceptor {

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates one for clients that don't tell their deadline.
	 */
	public ScopedOkHttpInterceptor() {
		this(null);
	}

	/**
	 * Creates one for clients that tell the next service what is left of the budget.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedOkHttpInterceptor(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	/**
	 * Sends a request in the current scope.
	 * @param chain what comes after this
	 * @return the response, whose body belongs to the scope, too
	 * @throws IOException if the call fails by itself
	 * @throws io.cancelscope.ScopeCancelledException if the scope is, or becomes,
	 * cancelled
	 */
	@Override
	public Response intercept(Chain chain) throws IOException {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return chain.proceed(chain.request());
		}
		scope.check();
		Call call = chain.call();
		CancelScope.Registration registration = scope.onCancel(call::cancel);
		Response response;
		try {
			response = chain.proceed(tell(scope, chain.request()));
		}
		catch (IOException ex) {
			if (scope.isCancelled()) {
				throw ScopeFailures.attach(scope.exception(), ex);
			}
			throw ex;
		}
		finally {
			registration.close();
		}
		// A call that is cancelled from here on fails outside of this interceptor, so
		// that waits until its body is read.
		if (call.isCanceled() && scope.isCancelled()) {
			response.close();
			throw scope.exception();
		}
		return response.newBuilder().body(new ScopedOkHttpBody(response.body(), call, scope)).build();
	}

	/** What the application has set itself stays. */
	private Request tell(CancelScope scope, Request request) {
		DeadlineHeader header = this.header;
		if (header == null || request.header(header.name()) != null) {
			return request;
		}
		return scope.remaining()
			.map((left) -> request.newBuilder().header(header.name(), header.format(left)).build())
			.orElse(request);
	}

}
