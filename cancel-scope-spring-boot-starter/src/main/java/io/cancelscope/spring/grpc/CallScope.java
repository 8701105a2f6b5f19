package io.cancelscope.spring.grpc;

import io.cancelscope.CancelScope;
import io.grpc.Context;

/**
 * The scope of the call that a server handles, in the {@link Context} of the call.
 */
final class CallScope {

	static final Context.Key<CancelScope> KEY = Context.key("cancel-scope");

	private CallScope() {
	}

}
