package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.InvocationScope;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopedCall;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call of a method that is {@code @Async}, too. Its scope opens where the method is
 * called, outside of that advice, so the wait in the executor's queue is part of the
 * budget. The body runs where a thread is free, and not at all if the scope is over by
 * then.
 * <p>
 * If the method returns a future, the caller's future ends with the scope, and closes it.
 * Otherwise the worker closes the scope.
 */
final class AsyncScopedCall implements ScopedCall {

	private static final String ATTRIBUTE = AsyncScopedCall.class.getName();

	/** What the current thread runs the body of. */
	private static final ThreadLocal<@Nullable Body> RUNNING = new ThreadLocal<>();

	private final ScopedInvocation call;

	private final ProxyMethodInvocation invocation;

	private final CancelScope around = CancelScope.current();

	AsyncScopedCall(ScopedInvocation call, ProxyMethodInvocation invocation) {
		this.call = call;
		this.invocation = invocation;
	}

	/** On the caller's thread. */
	@Nullable Object begin() throws Throwable {
		ReturnValueAdapter.Handler handler = this.call.operation().handler();
		if (handler != null) {
			return handler.handle(this);
		}
		OpenScope scope = open();
		try {
			return proceedIn(scope);
		}
		catch (Throwable ex) {
			// The executor refused the task, or too little of the budget is left.
			return fallBack(this.call, scope, ex);
		}
	}

	@Override
	public @Nullable Object proceedIn(OpenScope scope) {
		InvocationScope.put(this.invocation, scope);
		this.invocation.setUserAttribute(ATTRIBUTE, new Body(this, scope));
		return this.call.handOver(scope);
	}

	private @Nullable Object fallBack(ScopedInvocation call, OpenScope scope, Throwable thrown) throws Throwable {
		Throwable failure = call.fail(scope, thrown);
		if (call.hasFallback(scope, failure)) {
			return call.fallback(scope, this.around);
		}
		throw failure;
	}

	@Override
	public OpenScope open() {
		return this.call.open();
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		return this.call.proceed();
	}

	@Override
	public void complete(OpenScope scope) {
		this.call.complete(scope);
	}

	@Override
	public Throwable fail(OpenScope scope, Throwable thrown) {
		return this.call.fail(scope, thrown);
	}

	@Override
	public boolean checksOnExit() {
		return this.call.checksOnExit();
	}

	@Override
	public boolean hasFallback(OpenScope scope, Throwable failure) {
		return this.call.hasFallback(scope, failure);
	}

	@Override
	public @Nullable Object fallback(OpenScope scope, CancelScope around) throws Throwable {
		return this.call.fallback(scope, around);
	}

	/**
	 * Runs the body of a call on the thread that is free for it.
	 * @param invocation the invocation inside of {@code @Async}
	 */
	static @Nullable Object proceed(MethodInvocation invocation) throws Throwable {
		return (invocation instanceof ProxyMethodInvocation call
				&& call.getUserAttribute(ATTRIBUTE) instanceof Body body) ? body.run(invocation) : invocation.proceed();
	}

	/**
	 * Whether a scope was opened for this very call, outside of {@code @Async}, so that
	 * the aspect is not to open another one.
	 */
	static boolean isBodyOf(MethodInvocation invocation) {
		Body body = RUNNING.get();
		return body != null && CancelScope.current() == body.scope && body.isOf(invocation);
	}

	/** What the worker finds in the invocation. */
	private record Body(AsyncScopedCall begun, OpenScope scope) {

		boolean isOf(MethodInvocation invocation) {
			Method called = this.begun.invocation.getMethod();
			Method method = invocation.getMethod();
			return invocation.getThis() == this.begun.invocation.getThis() && method.getName().equals(called.getName())
					&& Arrays.equals(method.getParameterTypes(), called.getParameterTypes());
		}

		@Nullable Object run(MethodInvocation invocation) throws Throwable {
			Body around = RUNNING.get();
			RUNNING.set(this);
			try {
				return runAlone(invocation);
			}
			finally {
				if (around != null) {
					RUNNING.set(around);
				}
				else {
					RUNNING.remove();
				}
			}
		}

		private @Nullable Object runAlone(MethodInvocation invocation) throws Throwable {
			ScopedInvocation call = this.begun.call.on(invocation);
			ReturnValueAdapter.Handler handler = call.operation().handler();
			if (handler != null) {
				this.scope.check();
				return handler.continueElsewhere(call, this.scope);
			}
			Object result;
			try {
				this.scope.check();
				result = call.proceedIn(this.scope);
				if (call.checksOnExit()) {
					this.scope.check();
				}
			}
			catch (Throwable ex) {
				return this.begun.fallBack(call, this.scope, ex);
			}
			call.complete(this.scope);
			return result;
		}

	}

}
