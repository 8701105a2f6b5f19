package io.cancelscope.spring.reactor;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import org.springframework.core.ReactiveAdapter;

/**
 * One subscription, and the scope it lives in.
 */
final class Subscribed {

	private final ScopedCall call;

	private final CancelScope around;

	private final OpenScope scope;

	/** What is to be cancelled as long as it has not ended by itself. */
	private volatile @Nullable Subscription upstream;

	/** Whether the scope has ended the result before the upstream did. */
	private volatile boolean givenUp;

	private Subscribed(ScopedCall call, CancelScope around, OpenScope scope) {
		this.call = call;
		this.around = around;
		this.scope = scope;
	}

	/** Opens the scope, inside the subscriber's if it has one, else the caller's. */
	static Subscribed open(ScopedCall call, CancelScope caller, ContextView context) {
		CancelScope around = context.getOrDefault(ScopeInContext.KEY, caller);
		CancelScope parent = (around != null) ? around : caller;
		CancelScope.Registration attachment = parent.attach();
		try (attachment) {
			return new Subscribed(call, parent, call.open());
		}
	}

	/** Whether there is no use in subscribing to the source. */
	boolean isOverBeforeItBegan() {
		return this.scope.isCancelled();
	}

	void upstream(Subscription upstream) {
		this.upstream = upstream;
	}

	void upstreamEnded() {
		this.upstream = null;
	}

	/** What is not waited for any more goes to whoever disposes of such values. */
	boolean isWaitedFor() {
		return !this.givenUp;
	}

	Context writeTo(Context context) {
		return context.put(ScopeInContext.KEY, this.scope);
	}

	/** Fails with the scope's exception when that is cancelled; never ends otherwise. */
	Mono<Void> cancellation() {
		return Mono.create((sink) -> {
			CancelScope.Registration registration = this.scope.onCancel((reason) -> sink.error(this.scope.exception()));
			sink.onDispose(registration::unregister);
		});
	}

	RuntimeException exception() {
		return this.scope.exception();
	}

	void completed() {
		this.call.complete(this.scope);
	}

	/** What comes instead: the fallback's, or the failure. */
	@SuppressWarnings("unchecked") // checked against the method's type at start-up
	<T> Publisher<T> failed(Throwable thrown, ReactiveAdapter adapter) {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			this.givenUp = true;
			// The operator that lets the cancellation in does not cancel for its errors.
			upstream.cancel();
		}
		Throwable failure = this.call.fail(this.scope, thrown);
		if (!this.call.hasFallback(this.scope, failure)) {
			return Mono.error(failure);
		}
		try {
			Object other = this.call.fallback(this.scope, this.around);
			return (other != null) ? (Publisher<T>) adapter.toPublisher(other) : Mono.empty();
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/** By now the registration is disposed of, so no error follows a cancellation. */
	void over(SignalType signal) {
		if (signal == SignalType.CANCEL) {
			this.scope.cancel("its subscriber cancelled");
		}
		this.scope.close();
	}

}
