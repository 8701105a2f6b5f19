package io.cancelscope.spring.webflux;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Decides who writes the response of a request: its handler, or whoever answers for a
 * cancelled request. Whichever is first closes it to the other one.
 * <p>
 * Race: the handler sends its answer at the deadline.
 *
 * <pre>
 *   handler                              callback
 *   first item of the body
 *   enter: OPEN to COMMITTING     or     stop: TAKEN, cancel the handler, answer
 *   actions before the commit            stop: REFUSED, wait
 *   begin: refused, TAKEN                cancel the handler, answer
 *   begin: STREAMING, a part      or     stop: BROKEN, cancel the handler, break off
 *   begin: WHOLE, one piece              stop: wait
 *   complete: SENT                       cancel what the handler does besides
 *   handOver: HANDED_OVER                nothing: the request is over
 * </pre>
 *
 * Actions before the commit, such as the one that stores a session, may take long. After
 * half a second they are not waited for: the response is broken off.
 */
final class Authorship {

	private final Scheduler aside;

	private final Duration patience;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by lock. */
	private State state = State.OPEN;

	/** Whether the server is given all of it at once. Guarded by lock. */
	private boolean onePiece;

	/** Completes when the write has ended that is waited for. Guarded by lock. */
	private Sinks.@Nullable Empty<Void> ending;

	/** Guarded by lock. */
	private boolean stopped;

	/**
	 * Creates one of a response that nobody has begun to write.
	 * @param aside where a handler is cancelled that was waited for in vain
	 * @param patience how long to wait for actions before the commit
	 */
	Authorship(Scheduler aside, Duration patience) {
		this.aside = aside;
		this.patience = patience;
	}

	/** The lock that no change of the author takes place without. */
	ReentrantLock lock() {
		return this.lock;
	}

	/**
	 * Closes the response to the handler. Completes when the handler can be cancelled,
	 * and somebody else can answer, or break off: at once, unless the handler is about to
	 * begin to write, or all of the answer is being given to the server. Never completes
	 * if the connection has been handed over, since its session is not to be cancelled.
	 */
	Mono<Void> stop() {
		return Mono.defer(() -> locked(() -> {
			if (this.state == State.HANDED_OVER) {
				return Mono.never();
			}
			this.stopped = true;
			switch (this.state) {
				case OPEN -> this.state = State.TAKEN;
				case STREAMING -> this.state = State.BROKEN;
				case COMMITTING, REFUSED -> {
					this.state = State.REFUSED;
					// The callbacks of those who are cancelled may block.
					Mono<Void> abandoned = Mono.fromRunnable(this::abandon);
					return ending().timeout(this.patience, abandoned.subscribeOn(this.aside));
				}
				case WHOLE -> {
					return ending();
				}
				default -> {
				}
			}
			return Mono.empty();
		}));
	}

	/** Guarded by lock. */
	private Mono<Void> ending() {
		this.ending = (this.ending != null) ? this.ending : Sinks.empty();
		return this.ending.asMono();
	}

	/**
	 * Makes the handler the author, unless there is one.
	 * @param onePiece whether the server is given all of the response at once
	 * @return whether the handler may write
	 */
	boolean enter(boolean onePiece) {
		return locked(() -> {
			if (this.state != State.OPEN) {
				return false;
			}
			this.state = State.COMMITTING;
			this.onePiece = onePiece;
			return true;
		});
	}

	/**
	 * The last thing before the server is given anything.
	 * @return whether the handler may still write
	 */
	boolean begin() {
		return locked(() -> {
			if (this.state == State.COMMITTING) {
				this.state = this.onePiece ? State.WHOLE : State.STREAMING;
			}
			return this.state != State.REFUSED && this.state != State.BROKEN;
		});
	}

	/** The server has been given all. */
	void complete() {
		end(State.SENT, State.SENT, State.SENT);
	}

	/**
	 * The response is complete, and the session of a WebSocket takes over the connection.
	 * @return whether it may: the response has not been stopped
	 */
	boolean handOver() {
		return locked(() -> {
			if (!this.stopped) {
				this.state = State.HANDED_OVER;
			}
			return !this.stopped;
		});
	}

	/**
	 * The server has not been given all. If that is because an action before the commit
	 * has failed, there can be another answer.
	 */
	void fail() {
		end(State.OPEN, State.TAKEN, State.BROKEN);
	}

	/** Nobody waits for the write any more, so nobody knows what has become of it. */
	void abandon() {
		end(State.BROKEN, State.BROKEN, State.BROKEN);
	}

	private void end(State committing, State refused, State committed) {
		Sinks.Empty<Void> ending = this.<Sinks.@Nullable Empty<Void>>locked(() -> {
			switch (this.state) {
				case COMMITTING -> this.state = committing;
				case REFUSED -> this.state = refused;
				case STREAMING, WHOLE -> this.state = committed;
				default -> {
				}
			}
			return this.ending;
		});
		if (ending != null) {
			ending.tryEmitEmpty();
		}
	}

	/** Whether the handler has sent all of its answer. */
	boolean isSent() {
		return is(State.SENT);
	}

	/** Whether the request has ended, and a session has taken over its connection. */
	boolean isHandedOver() {
		return is(State.HANDED_OVER);
	}

	/** Whether it was stopped before all was sent: what the handler says is not all. */
	boolean isCutShort() {
		return locked(() -> this.stopped && this.state != State.SENT && this.state != State.WHOLE);
	}

	/** Whether the response is closed to the handler, which has not begun to write. */
	boolean isTaken() {
		return is(State.TAKEN);
	}

	/** Whether nobody waits for the write any more. */
	boolean isBroken() {
		return is(State.BROKEN);
	}

	private boolean is(State state) {
		return locked(() -> this.state == state);
	}

	private <T extends @Nullable Object> T locked(Supplier<T> access) {
		this.lock.lock();
		try {
			return access.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	private enum State {

		/** Nobody writes. */
		OPEN,

		/** The handler writes, and the actions before the commit are running. */
		COMMITTING,

		/** As before, but the handler will not write. */
		REFUSED,

		/** The handler writes, and a part may be on its way. */
		STREAMING,

		/** The handler writes, and the server is given all of it at once. */
		WHOLE,

		/** The handler has written all. */
		SENT,

		/** The handler has completed a handshake, and goes on with the session. */
		HANDED_OVER,

		/** The handler has written, and will not write all. */
		BROKEN,

		/** The handler may not write. */
		TAKEN

	}

}
