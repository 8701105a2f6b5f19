package io.cancelscope.spring.resilience;

import java.time.Duration;

import io.cancelscope.CancelScope;

import org.springframework.core.retry.RetryPolicy;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * A policy that ends with the current scope, and does not begin a wait that would not.
 */
final class ScopedRetryPolicy implements RetryPolicy {

	private final RetryPolicy policy;

	ScopedRetryPolicy(RetryPolicy policy) {
		this.policy = policy;
	}

	@Override
	public boolean shouldRetry(Throwable throwable) {
		return RetryUnlessCancelled.mayRetry(CancelScope.current()) && this.policy.shouldRetry(throwable);
	}

	@Override
	public Duration getTimeout() {
		return this.policy.getTimeout();
	}

	@Override
	public BackOff getBackOff() {
		BackOff backOff = this.policy.getBackOff();
		return () -> limited(backOff.start());
	}

	private static BackOffExecution limited(BackOffExecution execution) {
		return () -> {
			long wait = execution.nextBackOff();
			boolean ends = wait == BackOffExecution.STOP || !RetryUnlessCancelled.fits(Duration.ofMillis(wait));
			return ends ? BackOffExecution.STOP : wait;
		};
	}

	@Override
	public String toString() {
		return this.policy + " within the scope";
	}

}
