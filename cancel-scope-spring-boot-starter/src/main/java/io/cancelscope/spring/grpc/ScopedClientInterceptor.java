package io.cancelscope.spring.grpc;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;

/**
 * gRPC client interceptor that ends calls when their scope is cancelled, and sends the
 * remaining budget to the called service as the deadline of the call. The channels that
 * Spring gRPC creates have it. Add it to other channels as the innermost interceptor:
 *
 * <pre>{@code
 * ManagedChannelBuilder.forTarget("dns:///fares:9090").intercept(interceptor).build();
 * }</pre>
 *
 * <p>
 * The scope of a call is the one that is current when the stub is called. A call that the
 * scope has ended fails with status {@code DEADLINE_EXCEEDED} after a deadline and with
 * {@code CANCELLED} otherwise. The cause of its exception is the scope's exception. The
 * status that a server has sent is never changed.
 */
public final class ScopedClientInterceptor implements ClientInterceptor {

	/**
	 * Creates an interceptor.
	 */
	public ScopedClientInterceptor() {
	}

	/**
	 * Returns a call that belongs to the current scope. If no scope is open, the call is
	 * that of the channel, unchanged.
	 * @param method the method to call
	 * @param options the options of the call; an earlier deadline in it is kept
	 * @param next the channel
	 * @param <Q> the type of the requests
	 * @param <R> the type of the responses
	 * @return the call
	 */
	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return next.newCall(method, options);
		}
		if (scope.isCancelled()) {
			return new CancelledClientCall<>(ClientStatus.of(scope, null));
		}
		OutgoingContext context = new OutgoingContext(Context.current());
		Deadline theirs = WireDeadline.earlier(options.getDeadline(), context.deadline());
		Deadline ours = WireDeadline.of(scope);
		Deadline earlier = WireDeadline.earlier(theirs, ours);
		CallOptions limited = (earlier != options.getDeadline()) ? options.withDeadline(earlier) : options;
		ClientCall<Q, R> call;
		Context previous = context.attach();
		try {
			call = next.newCall(method, limited);
		}
		finally {
			context.detach(previous);
		}
		return new ScopedClientCall<>(scope, context, call, (earlier == ours) ? ours : null);
	}

}
