package io.cancelscope.spring.web;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.CancelReason;
import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Decides which threads may write the response of a request. All of them may, until the
 * request is cancelled and has to be answered in place of its producer. The response is
 * first closed to the producer, and answered or broken off after its last write has
 * returned.
 * <p>
 * Race: an asynchronous producer writes at the deadline.
 *
 * <pre>
 *   producer                 timer                     container
 *   enter: inside = 1
 *                            close: closed
 *   exit: inside = 0
 *     ending: error result   - - - - - - - - - - - -&gt;  dispatch: owner
 *   enter: refused                                     takeOver: answer, or break off
 * </pre>
 *
 * The owner is the thread that is inside the filter: the container has lent the request
 * to it. It alone writes a closed response. No lock is held during a write, so a write
 * that blocks holds up nobody but a container's thread that has to answer next.
 */
final class ResponseGate {

	private static final String ATTRIBUTE = ResponseGate.class.getName();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition empty = this.lock.newCondition();

	private final RequestScope scope;

	/** Set and cleared by that thread alone. */
	private volatile @Nullable Thread owner;

	/** Whether nobody may write any more, not even the owner. */
	private volatile boolean broken;

	/** How many writes of other threads are under way. Guarded by lock. */
	private int inside;

	/** To all but the owner. Guarded by lock. */
	private boolean closed;

	/** Whether a part of the producer's answer is missing. Guarded by lock. */
	private boolean refused;

	/** Whether others may be writing, which Spring MVC waits for. Guarded by lock. */
	private boolean producing;

	/** Ends what the producer works for, once it has left. Guarded by lock. */
	private @Nullable Runnable ending;

	/** Whether the next dispatch is there to answer. */
	private volatile boolean expired;

	ResponseGate(RequestScope scope) {
		this.scope = scope;
	}

	static @Nullable ResponseGate of(ServletRequest request) {
		return (ResponseGate) request.getAttribute(ATTRIBUTE);
	}

	void storeIn(ServletRequest request) {
		request.setAttribute(ATTRIBUTE, this);
	}

	static void removeFrom(ServletRequest request) {
		request.removeAttribute(ATTRIBUTE);
	}

	/** The container has lent the request to the current thread. */
	void lend() {
		this.owner = Thread.currentThread();
	}

	boolean isLentHere() {
		return Thread.currentThread() == this.owner;
	}

	/** The current thread gives the request back. */
	void giveBack() {
		this.owner = null;
	}

	/**
	 * Begins a write.
	 * @return whether the current thread may write; it has to call {@link #exit} then
	 */
	boolean tryEnter() {
		if (Thread.currentThread() == this.owner) {
			return !this.broken;
		}
		this.lock.lock();
		try {
			this.refused |= this.closed;
			if (!this.closed) {
				this.inside++;
			}
			return !this.closed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Begins a write, or throws: unchecked, since Spring takes others for a lost client.
	 */
	void enter() {
		if (!tryEnter()) {
			throw refusal();
		}
	}

	/** Ends a write. */
	void exit() {
		if (Thread.currentThread() == this.owner) {
			return;
		}
		Runnable ending = null;
		this.lock.lock();
		try {
			this.inside--;
			if (this.inside == 0) {
				this.empty.signalAll();
				ending = takeEnding();
			}
		}
		finally {
			this.lock.unlock();
		}
		run(ending);
	}

	/**
	 * From now on others produce the answer.
	 * @param ending what to do when the scope is cancelled, or {@code null} if the
	 * producer ends by itself, or by its container
	 */
	void produces(@Nullable Runnable ending) {
		this.lock.lock();
		try {
			this.producing = true;
			this.ending = ending;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The producer has come to its end, and the next dispatch is its own.
	 * @throws RuntimeException if it could not write all of its answer
	 */
	void produced() {
		this.lock.lock();
		try {
			if (!this.refused) {
				this.producing = false;
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		throw refusal();
	}

	/**
	 * Closes the response to the producer, if there is one; the scope is cancelled. Does
	 * not wait: who leaves last ends it.
	 */
	void close() {
		Runnable ending;
		this.lock.lock();
		try {
			if (this.owner != null || !this.producing) {
				// It is being answered, or about to be.
				return;
			}
			this.closed = true;
			ending = takeEnding();
		}
		finally {
			this.lock.unlock();
		}
		run(ending);
	}

	/** Whether the producer is ended when the scope is, without the container. */
	boolean hasEnding() {
		this.lock.lock();
		try {
			return this.ending != null;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Guarded by lock. */
	private @Nullable Runnable takeEnding() {
		Runnable ending = this.ending;
		if (!this.closed || this.inside > 0) {
			return null;
		}
		this.ending = null;
		return ending;
	}

	private static void run(@Nullable Runnable ending) {
		if (ending != null) {
			ending.run();
		}
	}

	/**
	 * Whether the current dispatch answers for a producer that has not come to its end.
	 */
	boolean isForced() {
		this.lock.lock();
		try {
			return this.producing && this.scope.scope().isCancelled();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Closes the response to all others and waits for those that are writing: a container
	 * may use the request for somebody else as soon as the current thread has left it.
	 * @param response the response
	 * @return whether the owner can answer; otherwise the connection has to be broken off
	 */
	boolean takeOver(ServletResponse response) {
		this.lock.lock();
		try {
			this.closed = true;
			this.ending = null;
			while (this.inside > 0) {
				this.empty.awaitUninterruptibly();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.broken |= response.isCommitted() && !isForNobody();
		return !this.broken;
	}

	/** Where the client is gone, there is no connection to break off. */
	private boolean isForNobody() {
		return this.scope.scope()
			.reason()
			.filter((reason) -> reason.kind() == CancelReason.Kind.DISCONNECTED)
			.isPresent();
	}

	/** Whether a part of the answer is on its way, and the rest will never be. */
	boolean isBroken() {
		return this.broken;
	}

	/**
	 * The container has given up: the dispatch to come answers, and does nothing else.
	 */
	void expire() {
		this.expired = true;
	}

	boolean isExpired() {
		return this.expired;
	}

	/** What a thread gets that may not write. */
	RuntimeException refusal() {
		if (this.scope.scope().isCancelled()) {
			return this.scope.exception();
		}
		return new IllegalStateException("Cannot write the response of '" + this.scope.scope().name()
				+ "': the request was cancelled in part and has been answered");
	}

}
