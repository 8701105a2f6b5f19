package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.ScopeFailures;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/**
 * One call on the wire, from sending the request to closing the response, and what stops
 * it: in its scope for all that time.
 * <p>
 * What stops it becomes known bit by bit, on the calling thread: first the library's
 * handle, then the body. Each is published first and the scope asked then, while a
 * cancellation is visible first and looks for handles then; so one of the two threads
 * sees the other. Both may: stopping twice does no harm.
 */
final class Exchange {

	/** The call that the current thread is about to hand to its library. */
	private static final ThreadLocal<@Nullable Exchange> sending = new ThreadLocal<>();

	private final CancelScope scope;

	private final Transport transport;

	/** Where the library can stop the call: an interrupt comes only after that. */
	private final @Nullable LateInterrupt late;

	private final CancelScope.Registration registration;

	private volatile @Nullable Runnable handle;

	private volatile @Nullable InputStream body;

	Exchange(CancelScope scope, Transport transport) {
		this.scope = scope;
		this.transport = transport;
		this.late = transport.isToldFirst() ? new LateInterrupt() : null;
		this.registration = scope.onCancel(this::stop);
	}

	/** The call that a library is asked to make on this thread, if it is one of ours. */
	static @Nullable Exchange sending() {
		return sending.get();
	}

	/**
	 * Sends a request.
	 * @param written what the library lets the application write, or {@code null}
	 * @param sent the deadline that the request tells, or {@code null}
	 */
	ClientHttpResponse send(ClientHttpRequest request, @Nullable WrittenBody written, @Nullable SentDeadline sent)
			throws IOException {
		Exchange outer = sending.get();
		sending.set(this);
		try {
			return new ScopedResponse(this, execute(request), sent);
		}
		catch (IOException | RuntimeException ex) {
			// An interrupted wait may have left the library's side as it is.
			stopIfCancelled();
			end();
			boolean ofBody = written != null && written.isCauseOf(ex);
			throw ScopeFailures.<RuntimeException>sneakyThrow(ofBody ? ex : translate(ex));
		}
		catch (Error ex) {
			end();
			throw ex;
		}
		finally {
			if (outer != null) {
				sending.set(outer);
			}
			else {
				sending.remove();
			}
		}
	}

	private ClientHttpResponse execute(ClientHttpRequest request) throws IOException {
		LateInterrupt late = this.late;
		return (late != null) ? late.call((scope) -> request.execute())
				: this.scope.interruptibly((scope) -> request.execute());
	}

	/** Takes from a library what stops this call there. */
	void stopBy(Runnable handle) {
		this.handle = handle;
		stopIfCancelled();
	}

	/** Takes the body, which is about to be read or drained. */
	void reads(InputStream body) {
		this.body = body;
		stopIfCancelled();
	}

	private void stopIfCancelled() {
		if (this.scope.isCancelled()) {
			stop();
		}
	}

	private void stop() {
		LateInterrupt late = this.late;
		if (late != null) {
			late.expectEnd();
		}
		Runnable handle = this.handle;
		if (handle != null) {
			handle.run();
		}
		InputStream body = this.body;
		if (body != null && this.transport.closesBody()) {
			giveUp(body);
		}
	}

	private static void giveUp(InputStream body) {
		try {
			body.close();
		}
		catch (IOException | RuntimeException ex) {
			// It is of no use any more, whatever it says.
		}
	}

	void check() {
		this.scope.check();
	}

	/** Reads something of the response, and fails as the scope if it was stopped. */
	<T> T read(CancelScope.Operation<T, IOException> reading) throws IOException {
		try {
			return this.transport.interruptsReading() ? this.scope.interruptibly(reading) : reading.call(this.scope);
		}
		catch (IOException | RuntimeException ex) {
			throw ScopeFailures.<RuntimeException>sneakyThrow(translate(ex));
		}
	}

	/**
	 * Closes the response. That reads what is left of its body, for which nobody waits
	 * any more where the scope is cancelled.
	 */
	void close(ClientHttpResponse response) {
		try {
			prepareToClose(response);
			if (this.transport.interruptsReading() && !this.scope.isCancelled()) {
				this.scope.interruptibly((scope) -> {
					response.close();
					return response;
				});
			}
			else {
				response.close();
			}
		}
		catch (RuntimeException ex) {
			if (!this.scope.isCancelled()) {
				throw ex;
			}
		}
		finally {
			end();
		}
	}

	private void prepareToClose(ClientHttpResponse response) {
		InputStream body = this.body;
		try {
			if (body == null && !this.transport.isLeftToLibrary()) {
				body = response.getBody();
				reads(body);
			}
		}
		catch (IOException | RuntimeException ex) {
			// Then there is nothing to be read, either.
		}
		if (this.scope.isCancelled()) {
			stop();
			if (body != null && !this.transport.isLeftToLibrary()) {
				giveUp(body);
			}
		}
	}

	/** From here on nothing of ours touches the connection. */
	private void end() {
		this.registration.close();
		this.handle = null;
		this.body = null;
	}

	/** A failure of what we have stopped is the scope's exception, with it attached. */
	Throwable translate(Exception failure) {
		return (this.scope.isCancelled() && isOfStopping(failure))
				? ScopeFailures.attach(this.scope.exception(), failure) : failure;
	}

	/** Whether it may come of having been stopped, and isn't the scope's by now. */
	private boolean isOfStopping(Exception failure) {
		return !(failure instanceof RuntimeException)
				|| (this.transport.failsUnchecked() && ScopeCancelledException.findIn(failure) == null);
	}

}
