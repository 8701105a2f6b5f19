package io.cancelscope.spring.httpclient;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An HTTP server on bare sockets that behaves as badly as the path of the request says,
 * and sees what becomes of its connections.
 */
final class Peer implements AutoCloseable {

	/** Never answers. */
	static final String SILENT = "/silent";

	/** Sends headers and a little of the body. */
	static final String HALF = "/half";

	/** Sends headers and half of a JSON object. */
	static final String HALF_JSON = "/half-json";

	/** Sends a byte now and then, for ever. */
	static final String DRIP = "/drip";

	/** Doesn't read the body of the request, until it listens. */
	static final String DEAF = "/deaf";

	/** Doesn't answer, until it listens. */
	static final String HELD = "/held";

	/** Resets the connection. */
	static final String RESET = "/reset";

	/** Asks to try again in a minute. */
	static final String LATER = "/later";

	/** Says that the time of the caller is used up. */
	static final String EXPIRED_CALLER = "/expired/caller";

	/** Says that a limit of its own has passed. */
	static final String EXPIRED_SERVER = "/expired/server";

	/** Answers with a Content-Length, and keeps the connection. */
	static final String LENGTH = "/length";

	/** Answers in chunks, and keeps the connection. */
	static final String CHUNKED = "/chunked";

	private static final String FINE = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nfine";

	private final CountDownLatch listening = new CountDownLatch(1);

	private final CountDownLatch dripped = new CountDownLatch(1);

	private final ServerSocket server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger connections = new AtomicInteger();

	private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

	private final BlockingQueue<String> abandoned = new LinkedBlockingQueue<>();

	Peer() throws IOException {
		this.server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	String url(String path) {
		return "http://localhost:" + this.server.getLocalPort() + path;
	}

	/** The head of the next request. */
	String awaitRequest() throws InterruptedException {
		String head = this.requests.poll(20, TimeUnit.SECONDS);
		assertThat(head).as("a request").isNotNull();
		return head;
	}

	/** Waits until the client has closed the connection of an unfinished answer. */
	void awaitAbandoned(String path) throws InterruptedException {
		assertThat(this.abandoned.poll(20, TimeUnit.SECONDS)).as("an abandoned connection").isEqualTo(path);
	}

	/** Waits until a body has dripped, or its client has gone away before. */
	void awaitDrip() throws InterruptedException {
		assertThat(this.dripped.await(20, TimeUnit.SECONDS)).as("a drip").isTrue();
	}

	/** Reads from now on also what the deaf one was sent, and answers what was held. */
	void listen() {
		this.listening.countDown();
	}

	int connections() {
		return this.connections.get();
	}

	boolean hasSeenNothing() {
		return this.requests.isEmpty();
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
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
				this.requests.add(head);
				String path = head.split(" ")[1];
				answer(path, socket, in);
			}
		}
		catch (IOException ex) {
			// The client went away, which answer() has noted if it matters.
		}
		finally {
			this.sockets.remove(socket);
		}
	}

	private void answer(String path, Socket socket, InputStream in) throws IOException {
		OutputStream out = socket.getOutputStream();
		switch (path) {
			case SILENT -> awaitEnd(path, socket, in, null);
			case HALF -> {
				write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\nhello");
				awaitEnd(path, socket, in, null);
			}
			case HALF_JSON -> {
				write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
						+ "Transfer-Encoding: chunked\r\n\r\n" + "d\r\n{\"from\":\"OSL\"\r\n");
				awaitEnd(path, socket, in, null);
			}
			case DRIP -> {
				write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
				awaitEnd(path, socket, in, "1\r\n.\r\n");
			}
			case DEAF -> {
				await(this.listening);
				awaitEnd(path, socket, in, null);
			}
			case HELD -> {
				await(this.listening);
				write(out, FINE);
			}
			case RESET -> {
				socket.setSoLinger(true, 0);
				socket.close();
			}
			case LATER ->
				write(out, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60\r\nContent-Length: 4\r\n\r\nbusy");
			case EXPIRED_CALLER, EXPIRED_SERVER -> write(out, "HTTP/1.1 504 Gateway Timeout\r\nDeadline-Expired: "
					+ path.substring("/expired/".length()) + "\r\nContent-Length: 4\r\n\r\nlate");
			case CHUNKED -> write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
					+ "Transfer-Encoding: chunked\r\n\r\n3\r\nfin\r\n1\r\ne\r\n0\r\n\r\n");
			default -> write(out, FINE);
		}
	}

	/** Reads until the client closes or resets, and writes something meanwhile. */
	private void awaitEnd(String path, Socket socket, InputStream in, String drip) throws IOException {
		try {
			socket.setSoTimeout((drip != null) ? 250 : 0);
			while (true) {
				try {
					if (in.read() < 0) {
						break;
					}
				}
				catch (SocketTimeoutException ex) {
					write(socket.getOutputStream(), drip);
					this.dripped.countDown();
				}
			}
		}
		catch (SocketException ex) {
			if (this.server.isClosed()) {
				return;
			}
		}
		this.abandoned.add(path);
		this.dripped.countDown();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(60, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void write(OutputStream out, String text) throws IOException {
		out.write(text.getBytes(StandardCharsets.US_ASCII));
		out.flush();
	}

	/** The lines up to the empty one; empty at the end of the connection. */
	private static String head(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			int next = in.read();
			if (next < 0) {
				return "";
			}
			head.append((char) next);
		}
		return head.toString();
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "peer");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		listen();
		this.server.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

}
