package io.cancelscope.spring.aop;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.RequiredBudget;
import io.cancelscope.spring.ScopedCall;
import io.cancelscope.spring.UsualTime;
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
		RequiredBudget.isMissing(scope, this.operation.requires());
		UsualTime usual = this.operation.usual();
		if (usual != null) {
			usual.beginOutliving(scope);
		}
		return scope;
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		return this.body.proceed();
	}

	@Override
	public @Nullable Object proceedIn(OpenScope scope) {
		UsualTime usual = this.operation.usual();
		return proceedIn(scope, usual != null && usual.beginOutliving(scope).isRefused());
	}

	/** The part of the call that hands its body to another thread. */
	@Nullable Object handOver(OpenScope scope) {
		UsualTime usual = this.operation.usual();
		return proceedIn(scope, usual != null && usual.awaitsThread(scope));
	}

	/**
	 * A wrapped task also takes back the interrupt of a scope that was cancelled, which
	 * an attachment alone does not; and unlike a Callable, a Runnable always runs.
	 */
	private @Nullable Object proceedIn(OpenScope scope, boolean refused) {
		@Nullable Object[] result = new Object[1];
		Runnable task = () -> {
			if (RequiredBudget.isMissing(scope, this.operation.requires()) || refused) {
				scope.check();
			}
			result[0] = CancelScopedInvoker.proceed(scope, this.body);
		};
		scope.wrap(task).run();
		return result[0];
	}

	@Override
	public void complete(OpenScope scope) {
		UsualTime usual = this.operation.usual();
		if (usual != null) {
			usual.ended(scope, true);
		}
		scope.close();
	}

	@Override
	public Throwable fail(OpenScope scope, Throwable thrown) {
		try {
			Throwable failure = CancelScopedInvoker.translate(scope, thrown);
			UsualTime usual = this.operation.usual();
			if (usual != null) {
				// Before the failure itself cancels the scope.
				usual.ended(scope, false);
			}
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
	public boolean hasFallback(OpenScope scope, Throwable failure) {
		return this.fallback != null && scope.isCauseOf(failure);
	}

	@Override
	public @Nullable Object fallback(OpenScope scope, CancelScope around) throws Throwable {
		CancelReason reason = scope.reason().orElse(null);
		if (this.fallback == null || reason == null) {
			throw new IllegalStateException("No fallback applies to " + scope + ". Call hasFallback(…) first.");
		}
		CancelScope.Registration attachment = around.attach();
		try (attachment) {
			return this.fallback.call(reason);
		}
	}

}
