package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

import org.junit.jupiter.api.Assumptions;

/**
 * A server that doesn't get around to accept connections: whoever connects waits.
 */
final class Unreachable {

	private static final int MANY = 64;

	private Unreachable() {
	}

	static ServerSocket open() throws IOException {
		ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
		for (int i = 0; i < MANY; i++) {
			if (!connects(server)) {
				return server;
			}
		}
		server.close();
		Assumptions.abort("this system lets more connections wait than it was told to");
		return server;
	}

	/** Stays connected until the server closes. */
	@SuppressWarnings("resource")
	private static boolean connects(ServerSocket server) throws IOException {
		try {
			new Socket().connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
	}

}
