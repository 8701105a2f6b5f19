package io.cancelscope.spring.r2dbc;

import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.r2dbc.spi.Connection;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The wait for a connection, which ends with the scope. A connection that arrives when it
 * is not waited for any more is closed, which gives it back to its pool.
 */
final class Borrowing extends Mono<Connection> {

	private final Mono<Connection> source;

	private final ServerStops stops;

	private final boolean checkCommit;

	Borrowing(Publisher<? extends Connection> source, ServerStops stops, boolean checkCommit) {
		this.source = Mono.from(source);
		this.stops = stops;
		this.checkCommit = checkCommit;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Connection> actual) {
		CancelScope scope = Scopes.of(actual.currentContext());
		if (scope == null) {
			this.source.subscribe(new Handover(actual));
			return;
		}
		if (scope.isCancelled()) {
			Operators.error(actual, scope.exception());
			return;
		}
		Wait wait = new Wait(actual, scope);
		this.source.subscribe(wait);
		wait.register();
	}

	private static void giveBack(Connection connection) {
		Mono.from(connection.close()).subscribe((nothing) -> {
		}, (failure) -> {
		});
	}

	/**
	 * Returns what stands in front of a connection. If that fails, nobody will close it.
	 */
	private Connection watched(Connection connection) {
		try {
			return new ScopeAwareConnection(connection, this.stops, this.checkCommit).connection();
		}
		catch (RuntimeException ex) {
			giveBack(connection);
			throw ex;
		}
	}

	/**
	 * Without a scope, only the connection is watched: it may be used in one later.
	 * Stands in front of the subscription, too, since a subscriber could otherwise fetch
	 * the driver's connection from it by itself.
	 */
	private final class Handover implements CoreSubscriber<Connection>, Subscription {

		private final CoreSubscriber<? super Connection> actual;

		private @Nullable Subscription upstream;

		private boolean failed;

		Handover(CoreSubscriber<? super Connection> actual) {
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.upstream = subscription;
			this.actual.onSubscribe(this);
		}

		@Override
		public void onNext(Connection connection) {
			Connection front;
			try {
				front = watched(connection);
			}
			catch (RuntimeException ex) {
				this.failed = true;
				cancel();
				this.actual.onError(ex);
				return;
			}
			this.actual.onNext(front);
		}

		@Override
		public void onError(Throwable failure) {
			if (!this.failed) {
				this.actual.onError(failure);
			}
		}

		@Override
		public void onComplete() {
			if (!this.failed) {
				this.actual.onComplete();
			}
		}

		@Override
		public void request(long count) {
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.request(count);
			}
		}

		@Override
		public void cancel() {
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.cancel();
			}
		}

	}

	/**
	 * One wait. Race: the pool's thread brings a connection, while the scope's callback
	 * or the subscriber ends the wait. One compare-and-set decides who wins.
	 */
	private final class Wait implements CoreSubscriber<Connection>, Subscription {

		private final CoreSubscriber<? super Connection> actual;

		private final CancelScope scope;

		private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

		private volatile @Nullable Subscription upstream;

		private volatile CancelScope.@Nullable Registration registration;

		Wait(CoreSubscriber<? super Connection> actual, CancelScope scope) {
			this.actual = actual;
			this.scope = scope;
		}

		void register() {
			if (this.state.get() == State.WAITING) {
				CancelScope.Registration registration = this.scope.afterCancel((reason) -> cancelled());
				this.registration = registration;
				if (this.state.get() != State.WAITING) {
					registration.unregister();
				}
			}
		}

		private boolean end(State how) {
			if (!this.state.compareAndSet(State.WAITING, how)) {
				return false;
			}
			CancelScope.Registration registration = this.registration;
			if (registration != null) {
				registration.unregister();
			}
			return true;
		}

		private void cancelled() {
			if (end(State.LEFT)) {
				leave();
				this.actual.onError(this.scope.exception());
			}
		}

		private void leave() {
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.cancel();
			}
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.upstream = subscription;
			this.actual.onSubscribe(this);
		}

		@Override
		public void onNext(Connection connection) {
			if (!end(State.DONE)) {
				giveBack(connection);
				return;
			}
			Connection front;
			try {
				front = watched(connection);
			}
			catch (RuntimeException ex) {
				this.actual.onError(ex);
				return;
			}
			this.actual.onNext(front);
			this.actual.onComplete();
		}

		@Override
		public void onError(Throwable failure) {
			if (end(State.DONE)) {
				this.actual.onError(Failures.of(this.scope, failure));
			}
			// Otherwise ignored: nobody waits for the connection that could not be made.
		}

		@Override
		public void onComplete() {
			if (end(State.DONE)) {
				this.actual.onComplete();
			}
		}

		@Override
		public void request(long count) {
			Subscription upstream = this.upstream;
			if (upstream != null) {
				upstream.request(count);
			}
		}

		@Override
		public void cancel() {
			if (end(State.LEFT)) {
				leave();
			}
		}

	}

	private enum State {

		WAITING, LEFT, DONE

	}

}
