package io.cancelscope.spring.grpc;

import io.cancelscope.CancelScope;
import io.grpc.Context;

/**
 * The scope of the call that a server handles, in the {@link Context} of the call.
 */
final class CallScope {

	static final Context.Key<CancelScope> KEY = Context.key("cancel-scope");

	/** gRPC's own context of the call, to tell its end from one that code inside made. */
	private static final Context.Key<Context> CALL = Context.key("cancel-scope-call");

	private CallScope() {
	}

	/**
	 * The context of a call with its scope in it: from then on the scope ends calls that
	 * are made inside, and not this context. An observed scope ends nothing, so gRPC's
	 * own way is left as it is.
	 */
	static Context in(Context call, CancelScope scope) {
		return scope.details().observed() ? call : call.withValues(KEY, scope, CALL, call);
	}

	/** gRPC's own context of the call around a context, if it has a scope. */
	static Context around(Context context) {
		Context call = CALL.get(context);
		return (call != null) ? call : context;
	}

}
