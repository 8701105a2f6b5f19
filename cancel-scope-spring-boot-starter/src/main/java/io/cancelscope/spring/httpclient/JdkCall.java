package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * One call of the JDK's client, and what stops it. The JDK closes the connection of a
 * call on the thread that cancels it, and does not look once more whose it is:
 *
 * <pre>
 * canceller:   answer is not complete ................................ closes it
 * client:                             answer ends, another call has it
 * </pre>
 *
 * So the two agree first. A call is stopped only before its headers, or its last byte,
 * are there; and the client takes neither from a call that is being stopped, so that it
 * closes the connection itself. Limitation: the end of a body without a length is only
 * seen when the JDK has given the connection back, so there the JDK's own way remains.
 *
 * @param <T> the type of the body
 */
final class JdkCall<T> extends CompletableFuture<HttpResponse<T>> {

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	private volatile @Nullable CompletableFuture<HttpResponse<T>> sent;

	private volatile @Nullable JdkBody<T> body;

	/** Takes the JDK's future, whose result becomes this one's. */
	JdkCall<T> sent(CompletableFuture<HttpResponse<T>> sent) {
		this.sent = sent;
		sent.whenComplete((response, failure) -> {
			if (failure != null) {
				completeExceptionally(failure);
			}
			else {
				complete(response);
			}
		});
		if (this.state.get() == State.STOPPED) {
			sent.cancel(true);
		}
		return this;
	}

	HttpResponse.BodyHandler<T> watch(HttpResponse.BodyHandler<T> handler) {
		return (head) -> {
			long length = head.headers().firstValueAsLong("Content-Length").orElse(-1);
			if (!this.state.compareAndSet(State.WAITING, (length == 0) ? State.FINISHED : State.READING)) {
				throw stopped();
			}
			JdkBody<T> body = new JdkBody<>(this, handler.apply(head), length);
			this.body = body;
			return body;
		};
	}

	/** The last byte is there. Fails if the call is being stopped. */
	void finish() {
		if (!this.state.compareAndSet(State.READING, State.FINISHED) && this.state.get() == State.STOPPED) {
			throw stopped();
		}
	}

	/** More is to come. Fails if the call is being stopped. */
	void check() {
		if (this.state.get() == State.STOPPED) {
			throw stopped();
		}
	}

	boolean isStopped() {
		return this.state.get() == State.STOPPED;
	}

	/** Whether the reader may close the connection: from now on the call is stopped. */
	boolean stopReading() {
		return this.state.compareAndSet(State.READING, State.STOPPED);
	}

	void stop() {
		CompletableFuture<HttpResponse<T>> sent = this.sent;
		if (this.state.compareAndSet(State.WAITING, State.STOPPED)) {
			if (sent != null) {
				sent.cancel(true);
			}
		}
		else if (stopReading()) {
			JdkBody<T> body = this.body;
			if (body != null) {
				body.stop();
			} // otherwise it finds out when it is subscribed to
		}
		completeExceptionally(stopped());
	}

	/** What a caller does who was interrupted, or whose read timeout is over. */
	@Override
	public boolean cancel(boolean mayInterrupt) {
		boolean cancelled = super.cancel(mayInterrupt);
		stop();
		return cancelled;
	}

	static CancellationException stopped() {
		return new CancellationException("The call was stopped");
	}

	static IOException broken() {
		return new IOException("The call was stopped");
	}

	private enum State {

		WAITING, READING, FINISHED, STOPPED

	}

}
