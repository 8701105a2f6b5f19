package io.cancelscope.spring.mongodb;

import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;

/**
 * One operation of the reactive driver within a scope. The subscriber gets the scope's
 * exception at once. The driver goes on until the server has answered, or its timeout has
 * come, and then gives back the connection or closes it.
 */
final class ReactiveOperation {

	/**
	 * Limitation: where Reactor 3.8 looks for a consumer of errors that come after the
	 * end. What a stopped operation fails with is no news.
	 */
	static final String DROPPED = "reactor.onErrorDropped.local";

	private final CancelScope scope;

	private final Timed timed;

	private final @Nullable OwnSession session;

	/** What is to be cancelled as long as it has not ended by itself. */
	private volatile @Nullable Subscription upstream;

	private volatile boolean stopped;

	/** Something of the answer has arrived. */
	private volatile boolean delivered;

	ReactiveOperation(CancelScope scope, Timed timed, @Nullable OwnSession session) {
		this.scope = scope;
		this.timed = timed;
		this.session = session;
	}

	Flux<Object> run(Publisher<Object> source) {
		return Flux.from(source)
			.doOnSubscribe((subscription) -> this.upstream = subscription)
			.doOnNext((item) -> this.delivered = true)
			.doOnTerminate(this::upstreamEnded)
			.takeUntilOther(cancellation())
			// An end in the middle of the subscription would overtake it, and get lost.
			.delaySubscription(Mono.empty())
			.onErrorResume(this::failed)
			.doFinally(this::over)
			.contextWrite(
					(context) -> context.put(DROPPED, (Consumer<Throwable>) (thrown) -> dropped(thrown, context)));
	}

	/** Fails with the scope's exception when that is cancelled; never ends otherwise. */
	private Mono<Void> cancellation() {
		return Mono.create((sink) -> {
			CancelScope.Registration stop = this.scope.onCancel((CancelScope.Stop) this::stop);
			CancelScope.Registration news = this.scope.afterCancel((reason) -> sink.error(this.scope.exception()));
			sink.onDispose(() -> {
				stop.unregister();
				news.unregister();
			});
		});
	}

	private void stop() {
		Subscription upstream = this.upstream;
		if (upstream == null) {
			return;
		}
		this.stopped = true;
		OwnSession session = this.session;
		if (session != null) {
			session.kill();
		}
		upstream.cancel();
	}

	private void upstreamEnded() {
		this.upstream = null;
		operationEnded();
	}

	/** The driver's operation itself, which may end later than the subscriber's. */
	private void operationEnded() {
		OwnSession session = this.session;
		if (session != null) {
			session.ended();
		}
	}

	private Publisher<Object> failed(Throwable failure) {
		if (!Failures.isOfStopping(failure)) {
			return Mono.error(failure);
		}
		OwnSession session = this.session;
		if (session != null && !this.stopped && Failures.leavesWorkBehind(failure)) {
			session.kill();
		}
		if (this.scope.isCancelled()) {
			return Mono.error(Failures.attach(this.scope, failure));
		}
		if (!this.timed.isByScope() || !Failures.isEarly(this.scope, failure)) {
			return Mono.error(failure);
		}
		// The deadline that the timeout stands for is a moment away.
		return Mono.create((sink) -> {
			CancelScope.Registration news = this.scope
				.afterCancel((reason) -> sink.error(Failures.attach(this.scope, failure)));
			sink.onDispose(news::unregister);
		});
	}

	/**
	 * The driver may still be at work where the subscriber's end is not the operation's.
	 * It fails in the middle of giving back its connection if the session is closed by
	 * then, so that one is left to the garbage collector: the server ends it by itself.
	 */
	private void over(SignalType signal) {
		OwnSession session = this.session;
		if (session == null) {
			return;
		}
		if (signal == SignalType.ON_COMPLETE) {
			session.close();
		}
		else if (signal == SignalType.CANCEL && this.upstream != null && !this.delivered) {
			// Order: the subscriber of a request whose client is gone leaves before its
			// scope is cancelled, which this operation does not hear of any more. Where
			// something has arrived, as with next(), the subscriber has had enough, and
			// the driver closes the cursor.
			this.stopped = true;
			session.kill();
		}
		else {
			session.drop();
		}
	}

	private void dropped(Throwable thrown, Context context) {
		if (this.stopped) {
			operationEnded();
			SessionKill.ended(thrown);
		}
		else {
			Operators.onErrorDropped(thrown, context);
		}
	}

}
