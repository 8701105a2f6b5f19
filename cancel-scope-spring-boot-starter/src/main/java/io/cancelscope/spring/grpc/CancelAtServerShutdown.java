package io.cancelscope.spring.grpc;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.spring.OneLineLog;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Server;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationListener;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycleEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerShutdownEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerTerminatedEvent;

/**
 * Cancels the calls that a stopping server is about to break off, in time for them to be
 * answered. A server stops at the beginning of a shutdown, and waits for its calls, so
 * what cancels all scopes at shutdown comes too late for them.
 */
final class CancelAtServerShutdown implements ApplicationListener<GrpcServerLifecycleEvent> {

	private static final OneLineLog logger = OneLineLog.of(CancelAtServerShutdown.class);

	private final OpenCalls calls;

	private final @Nullable Duration moment;

	private final Map<Server, CountDownLatch> stopping = new ConcurrentHashMap<>();

	/**
	 * Creates an instance.
	 * @param calls the calls that are going on
	 * @param moment the time from the beginning of the shutdown, {@code null} for never
	 */
	CancelAtServerShutdown(OpenCalls calls, @Nullable Duration moment) {
		this.calls = calls;
		this.moment = moment;
	}

	@Override
	public void onApplicationEvent(GrpcServerLifecycleEvent event) {
		if (event instanceof GrpcServerShutdownEvent && this.moment != null) {
			stops(event.getServer(), this.moment);
		}
		else if (event instanceof GrpcServerTerminatedEvent) {
			CountDownLatch terminated = this.stopping.remove(event.getServer());
			if (terminated != null) {
				terminated.countDown();
			}
		}
	}

	/** Called before the server is shut down, when it still knows its addresses. */
	private void stops(Server server, Duration moment) {
		List<? extends SocketAddress> addresses = server.getListenSockets();
		if (moment.isZero()) {
			cancel(addresses);
			return;
		}
		CountDownLatch terminated = new CountDownLatch(1);
		this.stopping.put(server, terminated);
		Thread thread = new Thread(() -> cancelAfter(moment, terminated, addresses), "cancel-scope-grpc-shutdown");
		thread.setDaemon(true);
		thread.start();
	}

	private void cancelAfter(Duration moment, CountDownLatch terminated, List<? extends SocketAddress> addresses) {
		try {
			if (!terminated.await(moment.toNanos(), TimeUnit.NANOSECONDS)) {
				cancel(addresses);
			}
		}
		catch (InterruptedException ex) {
			// Ignored: nobody interrupts this thread but to end it.
			Thread.currentThread().interrupt();
		}
	}

	private void cancel(List<? extends SocketAddress> addresses) {
		int stopped = this.calls.stop((call) -> isAt(call.getAttributes(), addresses));
		if (stopped > 0) {
			logger.info("Cancelled " + stopped + " gRPC call(s) that were still open at shutdown");
		}
	}

	/** Whether a call arrived at one of the addresses, as far as that is known. */
	static boolean isAt(Attributes call, List<? extends SocketAddress> addresses) {
		SocketAddress local = call.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
		return local == null || addresses.stream().anyMatch((address) -> isSame(local, address));
	}

	/**
	 * A server that listens on all addresses of the machine has one of them in a call.
	 */
	private static boolean isSame(SocketAddress local, SocketAddress address) {
		return local.equals(address) || (local instanceof InetSocketAddress here
				&& address instanceof InetSocketAddress there && here.getPort() == there.getPort());
	}

}
