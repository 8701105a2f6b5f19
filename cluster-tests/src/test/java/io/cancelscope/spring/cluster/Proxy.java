package io.cancelscope.spring.cluster;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server, and does not always pass on what it is given.
 */
final class Proxy implements AutoCloseable {

	private static final int NOTIFICATION = 'A';

	private final ServerSocket entrance;

	private final int target;

	private final boolean swallowing;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	/** Guarded by this. */
	private boolean stalled;

	private Proxy(int target, boolean swallowing) throws IOException {
		this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.target = target;
		this.swallowing = swallowing;
		start(this::accept);
	}

	/** A network that can lose all packets from one moment on. */
	static Proxy to(int target) throws IOException {
		return new Proxy(target, false);
	}

	/**
	 * What a client of PostgreSQL sees of a pooler in transaction mode: no notification,
	 * because another connection to the server listens by then.
	 */
	static Proxy withoutNotifications(int target) throws IOException {
		return new Proxy(target, true);
	}

	int port() {
		return this.entrance.getLocalPort();
	}

	/** From now on nothing gets through, and no connection ends. */
	synchronized void stall() {
		this.stalled = true;
	}

	synchronized void resume() {
		this.stalled = false;
		notifyAll();
	}

	private synchronized void awaitFlow() throws InterruptedException {
		while (this.stalled) {
			wait();
		}
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.entrance.accept();
			this.sockets.add(client);
			start(() -> connect(client));
		}
	}

	private void connect(Socket client) throws IOException, InterruptedException {
		awaitFlow();
		Socket server = new Socket("127.0.0.1", this.target);
		this.sockets.add(server);
		server.setTcpNoDelay(true);
		client.setTcpNoDelay(true);
		start(() -> pass(client, server, false));
		pass(server, client, this.swallowing);
	}

	private void pass(Socket from, Socket to, boolean swallowing) throws IOException, InterruptedException {
		try (from; to) {
			if (swallowing) {
				passFrames(new DataInputStream(from.getInputStream()), to.getOutputStream());
			}
			else {
				passBytes(from.getInputStream(), to.getOutputStream());
			}
		}
		finally {
			this.sockets.remove(from);
			this.sockets.remove(to);
		}
	}

	private void passBytes(InputStream in, OutputStream out) throws IOException, InterruptedException {
		byte[] some = new byte[8192];
		for (int length = in.read(some); length >= 0; length = in.read(some)) {
			awaitFlow();
			out.write(some, 0, length);
			out.flush();
		}
	}

	/** Each message of the server has a letter and a length. */
	private void passFrames(DataInputStream in, OutputStream out) throws IOException {
		while (true) {
			int type = in.readUnsignedByte();
			int length = in.readInt();
			byte[] rest = in.readNBytes(length - 4);
			if (type != NOTIFICATION) {
				byte[] frame = new byte[length + 1];
				frame[0] = (byte) type;
				for (int i = 0; i < 4; i++) {
					frame[i + 1] = (byte) (length >>> (24 - 8 * i));
				}
				System.arraycopy(rest, 0, frame, 5, rest.length);
				out.write(frame);
				out.flush();
			}
		}
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException | InterruptedException ex) {
				// Ignored: one of both sides has left.
			}
		}, "proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		resume();
		this.entrance.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	/** What a thread does. */
	private interface Work {

		void run() throws IOException, InterruptedException;

	}

}
