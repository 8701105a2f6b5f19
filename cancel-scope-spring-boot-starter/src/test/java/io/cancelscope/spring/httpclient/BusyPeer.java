package io.cancelscope.spring.httpclient;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An HTTP server that works on each request for as long as its path says, and answers
 * with the request's number, so that nobody takes another one's answer for its own.
 */
final class BusyPeer implements AutoCloseable {

	private final ServerSocket server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger connections = new AtomicInteger();

	private final CyclicBarrier together;

	/**
	 * Opens one.
	 * @param together so many requests for {@link #together()} are answered at once
	 */
	BusyPeer(int together) throws IOException {
		this.together = new CyclicBarrier(together);
		this.server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	/** A request that takes so long, and has so long an answer. */
	String url(int number, long micros, int length) {
		return url("/answer/" + number + "/" + micros + "/" + length);
	}

	/** A request that is answered when as many as were said are there. */
	String together() {
		return url("/together/0/0/10");
	}

	private String url(String path) {
		return "http://localhost:" + this.server.getLocalPort() + path;
	}

	static String answer(int number, int length) {
		String text = number + ".";
		return text + "x".repeat(Math.max(0, length - text.length()));
	}

	int connections() {
		return this.connections.get();
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				socket.setTcpNoDelay(true);
				this.connections.incrementAndGet();
				this.sockets.add(socket);
				start(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// It was closed.
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			InputStream in = new BufferedInputStream(socket.getInputStream());
			for (String head = head(in); !head.isEmpty(); head = head(in)) {
				answer(head.split(" ")[1].split("/"), socket.getOutputStream());
			}
		}
		catch (IOException ex) {
			// The client went away.
		}
		finally {
			this.sockets.remove(socket);
		}
	}

	private void answer(String[] path, OutputStream out) throws IOException {
		if (path[1].equals("together")) {
			await();
		}
		long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(Long.parseLong(path[3]));
		for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
		byte[] body = answer(Integer.parseInt(path[2]), Integer.parseInt(path[4])).getBytes(StandardCharsets.US_ASCII);
		out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length + "\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII));
		out.write(body, 0, body.length / 2);
		out.flush();
		out.write(body, body.length / 2, body.length - body.length / 2);
		out.flush();
	}

	private void await() throws IOException {
		try {
			this.together.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
			throw new IOException("The others didn't come", ex);
		}
	}

	/** The lines up to the empty one; empty at the end of the connection. */
	private static String head(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "busy peer");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

}
