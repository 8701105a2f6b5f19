package io.cancelscope.spring.aop;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.aopalliance.intercept.Joinpoint;
import org.jspecify.annotations.Nullable;

/**
 * A call of a woven method whose result may outlive it.
 *
 * @param fallback what to do instead, or {@code null}
 */
record ScopedInvocation(CancelScopes scopes, CancelScopedOperation operation, Joinpoint body,
		CancelScopedInvoker.@Nullable Fallback fallback) implements ScopedCall {

	/** The same call on another thread, with what is left of the way to the method. */
	ScopedInvocation on(Joinpoint body) {
		return new ScopedInvocation(this.scopes, this.operation, body, this.fallback);
	}

	@Override
	public OpenScope open() {
		OpenScope scope = this.scopes.openUnbound(this.operation.options());
		CancelScopedInvoker.demand(scope, this.operation.requires());
		return scope;
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		return this.body.proceed();
	}

	/**
	 * A wrapped task also takes back the interrupt of a scope that was cancelled, which
	 * an attachment alone does not; and unlike a Callable, a Runnable always runs.
	 */
	@Override
	public @Nullable Object proceedIn(OpenScope scope) {
		@Nullable Object[] result = new Object[1];
		Runnable task = () -> result[0] = CancelScopedInvoker.run(scope, this.operation, this.body);
		scope.wrap(task).run();
		return result[0];
	}

	@Override
	public Throwable fail(OpenScope scope, Throwable thrown) {
		try {
			Throwable failure = CancelScopedInvoker.translate(scope, thrown);
			scope.failed(failure);
			return failure;
		}
		finally {
			scope.close();
		}
	}

	@Override
	public boolean checksOnExit() {
		return this.operation.checksOnExit();
	}

	@Override
	public boolean interrupts() {
		return this.operation.interrupts();
	}

	@Override
	public boolean hasStandIn(OpenScope scope, Throwable failure) {
		return this.fallback != null && scope.isCauseOf(failure);
	}

	@Override
	public @Nullable Object standIn(OpenScope scope, CancelScope around) throws Throwable {
		CancelReason reason = scope.reason().orElse(null);
		if (this.fallback == null || reason == null) {
			throw new IllegalStateException("No fallback applies to " + scope + ". Call hasStandIn(…) first.");
		}
		CancelScope.Registration attachment = around.attach();
		try (attachment) {
			return this.fallback.call(reason);
		}
	}

}
