package io.cancelscope.spring.httpclient;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;

/**
 * Cancels one call of Reactor Netty on the event loop of its connection. Reactor Netty
 * closes the connection of a cancelled call on the thread that cancels, and that thread
 * may be late:
 *
 * <pre>
 * canceller:   call has a connection .................................. closes it
 * event loop:                         answer ends, another call has it
 * </pre>
 *
 * The event loop gives connections back, so on the event loop nothing comes between. A
 * call without a connection is cancelled on the thread that cancels, and leaves the queue
 * of its pool. If it gets a connection at the same moment, its event loop closes that one
 * before the request is sent.
 */
final class EventLoopCancel {

	static final String KEY = EventLoopCancel.class.getName();

	private static final Object CANCELLED = new Object();

	/** Null without a connection, then the channel, then {@link #CANCELLED}. */
	private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

	/** Where the call waits for a connection; used by the one that cancels it. */
	private final AtomicReference<@Nullable Subscription> waiting = new AtomicReference<>();

	/** Makes a client report the connections of the calls that have one of these. */
	static HttpClient observe(HttpClient client) {
		return client.doOnRequest((request, connection) -> {
			EventLoopCancel call = request.currentContextView().<@Nullable EventLoopCancel>getOrDefault(KEY, null);
			if (call != null) {
				call.hasConnection(connection);
			}
		});
	}

	/** To be called on the connection's event loop, before the request is sent. */
	void hasConnection(Connection connection) {
		Channel channel = connection.channel();
		Object seen;
		do {
			seen = this.state.get();
			if (seen == CANCELLED) {
				channel.close();
				return;
			}
		}
		while (!this.state.compareAndSet(seen, channel));
	}

	/** Takes what ends the wait for a connection, of the pool or a new one. */
	void waits(Subscription waiting) {
		this.waiting.set(waiting);
		if (this.state.get() == CANCELLED) {
			waitsNoLonger().cancel();
		}
	}

	/** Returns what would have ended the wait, once. */
	Subscription waitsNoLonger() {
		Subscription waiting = this.waiting.getAndSet(null);
		return (waiting != null) ? waiting : Operators.emptySubscription();
	}

	/** Runs a cancellation, once, and where it harms no other call. */
	void cancel(Runnable cancellation) {
		while (true) {
			Object seen = this.state.get();
			if (seen == CANCELLED) {
				return;
			}
			if (seen instanceof Channel channel && !channel.eventLoop().inEventLoop()) {
				cancelOn(channel.eventLoop(), cancellation);
				return;
			}
			if (this.state.compareAndSet(seen, CANCELLED)) {
				waitsNoLonger().cancel();
				cancellation.run();
				return;
			}
		}
	}

	private void cancelOn(EventLoop loop, Runnable cancellation) {
		try {
			loop.execute(() -> cancel(cancellation));
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and so have its connections.
			cancellation.run();
		}
	}

}
