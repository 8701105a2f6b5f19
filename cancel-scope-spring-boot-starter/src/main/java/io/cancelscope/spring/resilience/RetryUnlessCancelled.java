package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.function.Predicate;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.retry.RetryListener;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryState;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.util.StringValueResolver;

/**
 * Predicate that retries only while the scope around the attempts has time left. It
 * rejects a retry if that scope is cancelled, its deadline has passed, the wait before
 * the retry would end after the deadline, or a called server has said that the time of
 * the scope is used up ({@link SentDeadline}). {@code @Retryable} methods need this
 * predicate only if {@code cancel-scope.resilience.enabled} is {@code false}.
 *
 * <pre>{@code
 * &#64;CancelScoped("2s")
 * &#64;Retryable(delay = 300, predicate = RetryUnlessCancelled.class)
 * Quote ask(Trip trip) { … }
 * }</pre>
 *
 * <p>
 * The caller receives the exception of the last attempt. An attempt that exceeded its
 * own, smaller budget is retried like any other failure.
 * <p>
 * If the scope is cancelled during a wait, only {@link CancelScoped#interrupt()} ends
 * that wait.
 * <p>
 * For a {@code RetryTemplate}, use {@link #policy}, which applies the same rules, or
 * {@link #listener}.
 */
public class RetryUnlessCancelled implements MethodRetryPredicate, EmbeddedValueResolverAware {

	private @Nullable StringValueResolver values;

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.values = resolver;
	}

	/**
	 * Returns whether another attempt can succeed, without regard to waits.
	 */
	@Override
	public boolean shouldRetry(Method method, Throwable throwable) {
		return mayRetry(CancelScope.current());
	}

	/** Whether a scope has time left, as far as it and the servers that it calls know. */
	static boolean mayRetry(CancelScope scope) {
		return !scope.isCancelled() && !SentDeadline.isSpent(scope);
	}

	/**
	 * Returns the predicate for one call of a method. The predicate is evaluated once
	 * after each attempt, so it can compute the next wait.
	 */
	@Override
	public Predicate<Throwable> forMethod(Method method) {
		Retryable retryable = AnnotatedElementUtils.findMergedAnnotation(method, Retryable.class);
		if (retryable == null) {
			retryable = AnnotatedElementUtils.findMergedAnnotation(method.getDeclaringClass(), Retryable.class);
		}
		if (retryable == null) {
			return (throwable) -> shouldRetry(method, throwable);
		}
		RetryDelays waits = RetryDelays.of(retryable, this.values);
		return (throwable) -> {
			Duration next = waits.next();
			return shouldRetry(method, throwable) && fits(next);
		};
	}

	/**
	 * Returns a policy that limits retries to the scope that is current when the policy
	 * is evaluated.
	 * @param policy the policy to limit
	 * @return the limited policy
	 */
	public static RetryPolicy policy(RetryPolicy policy) {
		return new ScopedRetryPolicy(policy);
	}

	/**
	 * Returns a listener for retries whose policy the application cannot change. It ends
	 * them by throwing the scope's exception. If a called server has said that the time
	 * of the scope is used up, it throws the exception of the last attempt, since the
	 * scope is not cancelled then; a checked one as the cause of an
	 * {@link UndeclaredThrowableException}. Unlike {@link #policy}, it does not consider
	 * the next wait.
	 * @return the listener
	 */
	public static RetryListener listener() {
		return new RetryListener() {

			@Override
			public void onRetryableExecution(RetryPolicy policy, org.springframework.core.retry.Retryable<?> retryable,
					RetryState state) {
				if (!state.isSuccessful()) {
					CancelScope scope = CancelScope.current();
					scope.check();
					if (SentDeadline.isSpent(scope)) {
						throw unchecked(state.getLastException());
					}
				}
			}

		};
	}

	private static RuntimeException unchecked(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		return (thrown instanceof RuntimeException known) ? known : new UndeclaredThrowableException(thrown);
	}

	/** Whether that long a wait ends before the deadline. */
	static boolean fits(Duration wait) {
		return CancelScope.current().remaining().map((left) -> wait.compareTo(left) < 0).orElse(true);
	}

}
