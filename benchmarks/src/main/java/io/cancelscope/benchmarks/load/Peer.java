package io.cancelscope.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * A slow service at the other end of a socket. It answers {@code GET /<id>/<millis>}
 * after so many milliseconds, and tells when a request is over: when it sees its
 * connection closed, or else when it has answered.
 */
public final class Peer implements Closeable {

	private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nfare"
		.getBytes(StandardCharsets.US_ASCII);

	private final ServerSocket server;

	private final IntConsumer over;

	/**
	 * Starts one.
	 * @param over is told the number of a request that is over
	 * @throws IOException if that is not possible
	 */
	public Peer(IntConsumer over) throws IOException {
		this.server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
		this.over = over;
		start("peer", this::accept);
	}

	/**
	 * Returns where it is.
	 * @return its URL
	 */
	public String address() {
		return "http://" + this.server.getInetAddress().getHostAddress() + ":" + this.server.getLocalPort();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket socket = this.server.accept();
				start("peer-connection", () -> serve(socket));
			}
			catch (IOException ex) {
				// Closed, as the condition of the loop will find.
			}
		}
	}

	private void serve(Socket socket) {
		try (socket; InputStream in = new BufferedInputStream(socket.getInputStream())) {
			socket.setTcpNoDelay(true);
			for (String head = head(in); !head.isEmpty(); head = head(in)) {
				String[] path = head.split(" ", 3)[1].split("/");
				boolean there = isThereAfter(Integer.parseInt(path[2]), socket, in);
				this.over.accept(Integer.parseInt(path[1]));
				if (!there) {
					return;
				}
				socket.getOutputStream().write(ANSWER);
			}
		}
		catch (IOException ex) {
			// Closed between two requests.
		}
	}

	/** Nothing comes while the caller waits, so that a read ends when it is gone. */
	private static boolean isThereAfter(int millis, Socket socket, InputStream in) throws IOException {
		socket.setSoTimeout(millis);
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

	private static String head(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
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
