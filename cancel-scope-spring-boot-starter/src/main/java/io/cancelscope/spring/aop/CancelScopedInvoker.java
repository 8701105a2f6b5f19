package io.cancelscope.spring.aop;

import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.RequiredBudget;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.UsualTime;
import org.aopalliance.intercept.Joinpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Runs the body of a woven method in its scope: opens, proceeds, closes, and translates
 * what libraries made of our exceptions. Every way of weaving ends here.
 */
final class CancelScopedInvoker {

	private final Supplier<CancelScopes> scopes;

	CancelScopedInvoker(Supplier<CancelScopes> scopes) {
		this.scopes = scopes;
	}

	/**
	 * A call that needs its scope and nothing else, as most do: the same as the next
	 * method does for it, in so few steps that the compiler sees all of them at once.
	 */
	@Nullable Object invokePlainly(CancelScopedOperation operation, Joinpoint body) throws Throwable {
		OpenScope scope = this.scopes.get().open(operation.options());
		Object result;
		try {
			result = body.proceed();
		}
		catch (Throwable ex) {
			throw failed(scope, ex);
		}
		scope.close();
		return result;
	}

	private static Throwable failed(OpenScope scope, Throwable thrown) {
		Throwable failure = thrown;
		try {
			failure = translate(scope, thrown);
			scope.failed(failure);
		}
		finally {
			close(scope, failure);
		}
		return failure;
	}

	/** Closes without hiding what the body threw. */
	private static void close(OpenScope scope, Throwable failure) {
		try {
			scope.close();
		}
		catch (IllegalStateException ex) {
			failure.addSuppressed(ex);
		}
	}

	@Nullable Object invoke(CancelScopedOperation operation, Joinpoint body) {
		return this.scopes.get().call(operation.options(), (scope) -> run(scope, operation, body));
	}

	@Nullable Object invokeOrElse(CancelScopedOperation operation, Joinpoint body, Fallback fallback) {
		return this.scopes.get()
			.callOrElse(operation.options(), (scope) -> run(scope, operation, body),
					(reason) -> invokeFallback(fallback, reason));
	}

	/** A call whose result may outlive it: who handles that decides when it is over. */
	@Nullable Object invoke(CancelScopedOperation operation, ReturnValueAdapter.Handler handler, Joinpoint body,
			@Nullable Fallback fallback) throws Throwable {
		return handler.handle(new ScopedInvocation(this.scopes.get(), operation, body, fallback));
	}

	/** A call of an {@code @Async} method, outside of that advice. */
	@Nullable Object invokeAsync(CancelScopedOperation operation, ProxyMethodInvocation call, @Nullable Fallback fallback)
			throws Throwable {
		return new AsyncScopedCall(new ScopedInvocation(this.scopes.get(), operation, call, fallback), call).begin();
	}

	/** The scope ends with the call. */
	private static Object run(CancelScope scope, CancelScopedOperation operation, Joinpoint body) {
		if (RequiredBudget.isMissing(scope, operation.requires())) {
			scope.check();
		}
		UsualTime usual = operation.usual();
		return (usual == null) ? proceed(scope, body) : proceed(scope, body, usual.begin(scope));
	}

	private static Object proceed(CancelScope scope, Joinpoint body, UsualTime.Call call) {
		if (call.isRefused()) {
			scope.check();
		}
		boolean completed = false;
		try {
			Object result = proceed(scope, body);
			completed = true;
			return result;
		}
		finally {
			if (completed) {
				call.completed();
			}
			else if (scope.isCancelled()) {
				call.stopped();
			}
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	static Object proceed(CancelScope scope, Joinpoint body) {
		try {
			return body.proceed();
		}
		catch (Throwable ex) {
			// Before the scope sees it: an exception that leaves it may cancel it.
			throw ScopeFailures.<RuntimeException>sneakyThrow(translate(scope, ex));
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	private static Object invokeFallback(Fallback fallback, CancelReason reason) {
		try {
			return fallback.call(reason);
		}
		catch (Throwable ex) {
			throw ScopeFailures.<RuntimeException>sneakyThrow(ex);
		}
	}

	/**
	 * A library that was stopped by us wraps our exception in its own. The caller gets
	 * the scope's exception, with the library's attached. What a check threw passes.
	 */
	static Throwable translate(CancelScope scope, Throwable thrown) {
		if (!(thrown instanceof Exception) || thrown instanceof ScopeCancelledException
				|| ScopeCancelledException.findIn(thrown.getCause()) == null || !scope.isCancelled()) {
			return thrown;
		}
		RuntimeException own = scope.exception();
		return isMadeByCheck(thrown, own) ? thrown : ScopeFailures.attach(own, thrown);
	}

	/** The scope's own factory makes exceptions that have ours as their cause, too. */
	private static boolean isMadeByCheck(Throwable thrown, RuntimeException own) {
		return thrown.getClass() == own.getClass() && thrown.getCause() instanceof ScopeCancelledException;
	}

	/**
	 * What to do instead.
	 */
	@FunctionalInterface
	interface Fallback {

		@Nullable Object call(CancelReason reason) throws Throwable;

	}

}
