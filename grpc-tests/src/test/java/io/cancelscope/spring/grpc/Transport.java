package io.cancelscope.spring.grpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;

/**
 * The ways from a client to a server.
 */
enum Transport {

	IN_PROCESS {
		@Override
		ServerBuilder<?> server() {
			return InProcessServerBuilder.forName("calls-" + number.incrementAndGet());
		}

		@Override
		ManagedChannelBuilder<?> channel(Server server) {
			return InProcessChannelBuilder.forAddress(server.getListenSockets().get(0));
		}
	},

	NETTY {
		@Override
		ServerBuilder<?> server() {
			return NettyServerBuilder.forAddress(loopback());
		}

		@Override
		ManagedChannelBuilder<?> channel(Server server) {
			return NettyChannelBuilder.forAddress(server.getListenSockets().get(0)).usePlaintext();
		}
	},

	SHADED {
		@Override
		ServerBuilder<?> server() {
			return io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(loopback());
		}

		@Override
		ManagedChannelBuilder<?> channel(Server server) {
			return io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forAddress(server.getListenSockets().get(0))
				.usePlaintext();
		}
	};

	private static final AtomicInteger number = new AtomicInteger();

	abstract ServerBuilder<?> server();

	/** A channel to a server of the same kind, which has started. */
	abstract ManagedChannelBuilder<?> channel(Server server) throws IOException;

	private static InetSocketAddress loopback() {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
	}

}
