package io.cancelscope.spring.httpclient;

import feign.RetryableException;
import feign.Retryer;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.SentDeadline;

/**
 * A retryer of Feign's whose pauses end with the scope. The failure that it would have
 * tried again is the cause of the scope's exception.
 */
final class ScopedFeignRetryer implements Retryer {

	private final Retryer retryer;

	private ScopedFeignRetryer(Retryer retryer) {
		this.retryer = retryer;
	}

	static Retryer of(Retryer retryer) {
		return (retryer instanceof ScopedFeignRetryer) ? retryer : new ScopedFeignRetryer(retryer);
	}

	@Override
	public void continueOrPropagate(RetryableException failure) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			this.retryer.continueOrPropagate(failure);
			return;
		}
		try {
			scope.check();
			if (SentDeadline.isSpent(scope)) {
				throw failure;
			}
			scope.interruptibly((same) -> {
				this.retryer.continueOrPropagate(failure);
				return failure;
			});
		}
		catch (RuntimeException ex) {
			if (!scope.isCancelled()) {
				throw ex;
			}
			throw (ScopeCancelledException.findIn(ex) != null) ? ScopeFailures.attach(ex, failure)
					: ScopeFailures.attach(scope.exception(), ex);
		}
	}

	/** One for the next call. */
	@Override
	public Retryer clone() {
		return new ScopedFeignRetryer(this.retryer.clone());
	}

}
