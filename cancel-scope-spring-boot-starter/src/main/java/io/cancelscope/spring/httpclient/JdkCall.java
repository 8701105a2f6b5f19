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

	/** Why it is stopped; set before it is. */
	private volatile @Nullable Exception reason;

	/** What is to be done when neither head nor body are to come any more. */
	private volatile @Nullable Runnable end;

	private volatile boolean ended;

	/** Takes the JDK's future, whose result becomes this one's. */
	JdkCall<T> sent(CompletableFuture<HttpResponse<T>> sent) {
		this.sent = sent;
		sent.whenComplete((response, failure) -> {
			if (failure != null) {
				completeExceptionally(failure);
				end();
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

	/**
	 * Stops the call, and fails it.
	 * @param cause why
	 */
	void stop(Exception cause) {
		CompletableFuture<HttpResponse<T>> sent = this.sent;
		this.reason = cause;
		boolean waiting = this.state.compareAndSet(State.WAITING, State.STOPPED);
		boolean reading = !waiting && stopReading();
		// First of all, for the JDK fails its future with a reason of its own.
		completeExceptionally(cause);
		if (waiting && sent != null) {
			sent.cancel(true);
		}
		JdkBody<T> body = this.body;
		if (reading && body != null) {
			body.stop();
		} // otherwise it finds out when it is subscribed to
	}

	void stop() {
		stop(stopped());
	}

	/** Has something done when the call, its body included, is over; once or twice. */
	void whenEnded(Runnable end) {
		this.end = end;
		if (this.ended) {
			end.run();
		}
	}

	void end() {
		this.ended = true;
		Runnable end = this.end;
		if (end != null) {
			end.run();
		}
	}

	/** What a caller does who was interrupted, or whose read timeout is over. */
	@Override
	public boolean cancel(boolean mayInterrupt) {
		boolean cancelled = super.cancel(mayInterrupt);
		stop();
		return cancelled;
	}

	private static CancellationException stopped() {
		return new CancellationException("The call was stopped");
	}

	/** What who reads the body is told, whatever the JDK says of it. */
	Throwable failure(Throwable failure) {
		return isStopped() ? new IOException("The call was stopped", this.reason) : failure;
	}

	private enum State {

		WAITING, READING, FINISHED, STOPPED

	}

}
