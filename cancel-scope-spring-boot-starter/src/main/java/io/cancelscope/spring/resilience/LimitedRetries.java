package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.resilience.retry.AbstractRetryInterceptor;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.resilience.retry.MethodRetrySpec;
import org.springframework.util.backoff.BackOffExecution;

/**
 * The attempts of one call, in Spring's hands but for the waits between them, which are
 * those of the scope: none is begun that would end after the deadline, and cancelling the
 * scope ends it. Then, and if the scope is over after an attempt, the last failure is
 * what the caller gets.
 */
final class LimitedRetries extends AbstractRetryInterceptor {

	private final MethodRetrySpec spec;

	private final CancelScope scope;

	private final Attempts attempts;

	private final BackOffExecution waits;

	private final long begun = System.nanoTime();

	private @Nullable Duration next;

	/** A wait was ended, so nothing is tried again. */
	private boolean over;

	LimitedRetries(MethodRetrySpec spec, CancelScope scope, ProxyMethodInvocation call,
			@Nullable ApplicationEventPublisher events) {
		this.spec = spec;
		this.scope = scope;
		this.attempts = new Attempts(call, this::await);
		this.waits = RetryPolicy.builder()
			.maxRetries(spec.maxRetries())
			.delay(spec.delay())
			.jitter(spec.jitter())
			.multiplier(spec.multiplier())
			.maxDelay(spec.maxDelay())
			.build()
			.getBackOff()
			.start();
		if (events != null) {
			setApplicationEventPublisher(events);
		}
	}

	/** Whether this version of Spring has what this is made of. */
	static boolean areKnown() {
		try {
			withoutWaits(new MethodRetrySpec((method, thrown) -> true, 1, Duration.ZERO), (method, thrown) -> true);
			return true;
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	@Nullable Object invoke() throws Throwable {
		return invoke(this.attempts);
	}

	@Override
	protected MethodRetrySpec getRetrySpec(Method method, Class<?> targetClass) {
		Predicate<Throwable> users = this.spec.predicate().forMethod(method);
		return withoutWaits(this.spec, (same, thrown) -> users.test(thrown) && mayRetry());
	}

	private static MethodRetrySpec withoutWaits(MethodRetrySpec spec, MethodRetryPredicate predicate) {
		return new MethodRetrySpec(List.copyOf(spec.includes()), List.copyOf(spec.excludes()), predicate,
				spec.maxRetries(), spec.timeout(), Duration.ZERO, Duration.ZERO, 1.0, spec.maxDelay());
	}

	/** Asked once after each attempt that failed. */
	private boolean mayRetry() {
		if (this.over || !RetryUnlessCancelled.mayRetry(this.scope)) {
			return false;
		}
		long wait = this.waits.nextBackOff();
		this.next = Duration.ofMillis(Math.max(0, wait));
		return wait == BackOffExecution.STOP || (RetryUnlessCancelled.fits(this.next) && isWithinTimeout(this.next));
	}

	/** Spring knows nothing of the wait, and would look only after it. */
	private boolean isWithinTimeout(Duration wait) {
		Duration timeout = this.spec.timeout();
		return timeout.isZero() || timeout.isNegative()
				|| Duration.ofNanos(System.nanoTime() - this.begun).plus(wait).compareTo(timeout) < 0;
	}

	/**
	 * Waits before another attempt.
	 * @return whether it is to be made
	 */
	private boolean await() {
		try {
			this.scope.sleep((this.next != null) ? this.next : Duration.ZERO);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			if (!this.scope.isCancelled()) {
				throw ex;
			}
		}
		this.over = true;
		return false;
	}

}
