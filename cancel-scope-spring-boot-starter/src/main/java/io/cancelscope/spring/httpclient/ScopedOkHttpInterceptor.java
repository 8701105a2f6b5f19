package io.cancelscope.spring.httpclient;

import java.io.IOException;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.SentDeadline;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp interceptor that ends calls when their scope is cancelled, while they wait and
 * while their body is read. {@code OkHttpClient} beans have it. Add it to other clients
 * as their last interceptor:
 *
 * <pre>{@code
 * new OkHttpClient.Builder().addInterceptor(interceptor).build();
 * }</pre>
 *
 * <p>
 * Enqueued calls run on a thread of OkHttp, where no scope is current unless the
 * dispatcher's executor propagates it.
 */
public final class ScopedOkHttpInterceptor implements Interceptor {

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates an interceptor that sends no deadline header.
	 */
	public ScopedOkHttpInterceptor() {
		this(null);
	}

	/**
	 * Creates an interceptor that sends the remaining budget to the called service.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedOkHttpInterceptor(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	/**
	 * Sends a request in the current scope.
	 * @param chain the rest of the chain
	 * @return the response, whose body belongs to the scope as well
	 * @throws IOException if the call fails for another reason
	 * @throws io.cancelscope.ScopeCancelledException if the scope is cancelled before or
	 * during the call
	 */
	@Override
	public Response intercept(Chain chain) throws IOException {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return chain.proceed(chain.request());
		}
		scope.check();
		SentDeadline deadline = (this.header != null) ? SentDeadline.of(scope) : null;
		Request telling = tell(scope, chain.request());
		SentDeadline sent = (telling != chain.request()) ? deadline : null;
		Call call = chain.call();
		CancelScope.Registration registration = scope.onCancel(call::cancel);
		Response response;
		try {
			response = chain.proceed(telling);
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
		if (sent != null) {
			sent.answered(response.code(), response.header(SentDeadline.HEADER));
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
