package io.cancelscope.spring.webflux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;

/**
 * Reads on where Reactor Netty 1.3.6 and 1.3.7 forget to. An answer that is sent from
 * another thread than the event loop, as after a deadline, can reach the client before
 * Reactor Netty takes it for sent. The next request is queued then. If that one is
 * answered at once, Reactor Netty doesn't read the connection any more, and never sees
 * the third request, nor the end of the connection.
 *
 * <pre>
 *   terminated: queue [request, end]   schedule run
 *   run: request is answered
 *     terminated: queue [end]          schedule run
 *   run goes on: end                   does not read: who terminates does
 *   run: queue []                      does not read: who fills the queue does
 * </pre>
 *
 * This handler sees that a request has terminated, and afterwards neither is the
 * connection read nor is there another request. It repeats the event, with an empty
 * queue.
 *
 * @see <a href="https://github.com/reactor/reactor-netty/issues/4361">issue 4361</a>
 */
final class ResumedReads extends ChannelDuplexHandler {

	private static final String NAME = ResumedReads.class.getName();

	private static final String TERMINATED = "reactor.netty.http.server.HttpServerOperationsTerminatedEvent";

	/** Since the last request terminated. Used by the event loop alone. */
	private boolean read;

	/** How many requests have. Used by the event loop alone. */
	private int terminated;

	private ResumedReads() {
	}

	/** Adds one to the handlers of a channel of HTTP/1.1, unless there is one. */
	static void addTo(Channel channel) {
		if (channel.eventLoop().inEventLoop()) {
			add(channel);
			return;
		}
		channel.eventLoop().execute(() -> add(channel));
	}

	private static void add(Channel channel) {
		ChannelPipeline pipeline = channel.pipeline();
		if (pipeline.get(NAME) == null && pipeline.get(NettyPipeline.HttpTrafficHandler) != null) {
			pipeline.addBefore(NettyPipeline.HttpTrafficHandler, NAME, new ResumedReads());
		}
	}

	/** Removes it, if there is one; the next request of HTTP's own kind adds another. */
	static void removeFrom(Channel channel) {
		if (channel.eventLoop().inEventLoop()) {
			remove(channel);
			return;
		}
		channel.eventLoop().execute(() -> remove(channel));
	}

	private static void remove(Channel channel) {
		if (channel.pipeline().get(NAME) != null) {
			channel.pipeline().remove(NAME);
		}
	}

	@Override
	public void read(ChannelHandlerContext context) {
		this.read = true;
		context.read();
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (!TERMINATED.equals(event.getClass().getName())) {
			context.fireUserEventTriggered(event);
			return;
		}
		this.read = false;
		this.terminated++;
		context.fireUserEventTriggered(event);
		if (!this.read) {
			int number = this.terminated;
			// Order: after what Reactor Netty has scheduled, which empties the queue, or
			// takes the next request from it.
			context.executor().execute(() -> resume(context, event, number));
		}
	}

	private void resume(ChannelHandlerContext context, Object event, int number) {
		boolean isLast = number == this.terminated && ChannelOperations.get(context.channel()) == null;
		if (isLast && !this.read && !context.isRemoved() && context.channel().isActive()) {
			context.fireUserEventTriggered(event);
		}
	}

}
