package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Predicate;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScoped;
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
 * Retries only what can still come in time: not once the scope around the attempts is
 * cancelled or its deadline has passed, and not if it would have to wait beyond the
 * deadline first. {@code @Retryable} methods don't need this predicate, unless
 * {@code cancel-scope.resilience.enabled} is {@code false}.
 *
 * <pre>{@code
 * &#64;CancelScoped("2s")
 * &#64;Retryable(delay = 300, predicate = RetryUnlessCancelled.class)
 * Quote ask(Trip trip) { … }
 * }</pre>
 *
 * <p>
 * What the last attempt threw is what the caller gets. An attempt that ran out of a
 * budget of its own, smaller than that of the scope around, is retried like any other
 * failure.
 * <p>
 * A wait that has begun is only ended by {@link CancelScoped#interrupt()}: if the scope
 * is cancelled for another reason than its deadline, which nobody can know beforehand.
 * <p>
 * For a {@code RetryTemplate} there is {@link #policy}, which does the same, and
 * {@link #listener}.
 */
public class RetryUnlessCancelled implements MethodRetryPredicate, EmbeddedValueResolverAware {

	private @Nullable StringValueResolver values;

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.values = resolver;
	}

	/**
	 * Returns whether there is any point in another attempt, waits left aside.
	 */
	@Override
	public boolean shouldRetry(Method method, Throwable throwable) {
		return !CancelScope.current().isCancelled();
	}

	/**
	 * Returns the predicate for one call of a method: it is asked once after each
	 * attempt, so it knows how long the next wait is.
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
		Waits waits = Waits.of(retryable, this.values);
		return (throwable) -> {
			Duration next = waits.next();
			return shouldRetry(method, throwable) && fits(next);
		};
	}

	/**
	 * Keeps a policy within the scope that is current when it is asked.
	 * @param policy what to do otherwise
	 * @return the same, but no retry that can't come in time
	 */
	public static RetryPolicy policy(RetryPolicy policy) {
		return new ScopedRetryPolicy(policy);
	}

	/**
	 * Returns a listener for retries whose policy is out of reach. It ends them by
	 * throwing the scope's exception; unlike the {@link #policy}, it doesn't look ahead.
	 * @return the listener
	 */
	public static RetryListener listener() {
		return new RetryListener() {

			@Override
			public void onRetryableExecution(RetryPolicy policy, org.springframework.core.retry.Retryable<?> retryable,
					RetryState state) {
				if (!state.isSuccessful()) {
					CancelScope.current().check();
				}
			}

		};
	}

	/** Whether that long a wait ends before the deadline. */
	static boolean fits(Duration wait) {
		return CancelScope.current().remaining().map((left) -> wait.compareTo(left) < 0).orElse(true);
	}

}
