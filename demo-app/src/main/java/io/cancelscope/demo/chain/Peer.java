package io.cancelscope.demo.chain;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A slow HTTP service in the parent process. It waits for the end of the connection while
 * it lets its caller wait, which the JDK's own HTTP server cannot.
 */
final class Peer implements Closeable {

	private static final Duration LATENCY = Duration.ofSeconds(2);

	private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n1500"
		.getBytes(StandardCharsets.US_ASCII);

	private final ServerSocket server;

	private final Ledger ledger;

	private Peer(ServerSocket server, Ledger ledger) {
		this.server = server;
		this.ledger = ledger;
	}

	static Peer start(Ledger ledger) {
		try {
			Peer peer = new Peer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), ledger);
			start("peer", peer::accept);
			return peer;
		}
		catch (IOException ex) {
			throw new ChainException("Cannot open a port on the loopback interface: " + ex.getMessage() + ".", ex);
		}
	}

	String address() {
		return "http://" + this.server.getInetAddress().getHostAddress() + ":" + this.server.getLocalPort();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket socket = this.server.accept();
				start("peer-connection", () -> serve(socket));
			}
			catch (IOException ex) {
				// Ignored: it is closed, as the condition of the loop will find.
			}
		}
	}

	private void serve(Socket socket) {
		try (socket; InputStream in = new BufferedInputStream(socket.getInputStream())) {
			while (readRequest(in)) {
				this.ledger.began(Place.PEER);
				try {
					if (!isThereAfterAll(socket, in)) {
						return;
					}
				}
				finally {
					this.ledger.ended(Place.PEER);
				}
				socket.getOutputStream().write(ANSWER);
			}
		}
		catch (IOException ex) {
			// Ignored: the caller has closed the connection between two requests.
		}
	}

	/** Nothing comes while the caller waits, so a read ends when the caller is gone. */
	private static boolean isThereAfterAll(Socket socket, InputStream in) throws IOException {
		socket.setSoTimeout((int) LATENCY.toMillis());
		try {
			in.read();
			return false;
		}
		catch (SocketTimeoutException ex) {
			socket.setSoTimeout(0);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Reads the head of a request without a body; answers whether one came. */
	private static boolean readRequest(InputStream in) throws IOException {
		int end = 0;
		while (end != 0x0d0a0d0a) {
			int next = in.read();
			if (next < 0) {
				return false;
			}
			end = end << 8 | next;
		}
		return true;
	}

	private static void start(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

}
