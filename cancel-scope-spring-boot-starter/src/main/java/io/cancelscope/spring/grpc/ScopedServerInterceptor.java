package io.cancelscope.spring.grpc;

import io.cancelscope.OpenScope;
import io.cancelscope.spring.GuardedCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

import org.springframework.core.Ordered;

/**
 * Gives each call a scope. Inside Spring's exception handling, and outside observation
 * and authentication, so that their work is part of the budget.
 */
final class ScopedServerInterceptor implements ServerInterceptor, Ordered {

	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	private final ServedScopes scopes;

	private final CallAnswers answers;

	private final OpenCalls calls;

	ScopedServerInterceptor(ServedScopes scopes, CallAnswers answers, OpenCalls calls) {
		this.scopes = scopes;
		this.answers = answers;
		this.calls = calls;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		Context context = Context.current();
		OpenScope scope = this.scopes.open(call.getMethodDescriptor(), context);
		GuardedCall guarded = this.scopes.begin(call.getMethodDescriptor(), context, scope);
		return new ServedCall<>(call, scope, guarded, context, this.answers, this.calls).start(next, headers);
	}

}
