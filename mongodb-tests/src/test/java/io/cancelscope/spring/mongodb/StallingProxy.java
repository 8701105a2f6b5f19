package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a driver and its server, and does to their connections what happens to
 * them when the server is frozen, slow, killed or at its limit.
 */
final class StallingProxy implements AutoCloseable {

	private final ServerSocket front = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());

	private final int server;

	private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();

	/** Guarded by this, which is notified when it changes. */
	private boolean stalled;

	private volatile long delayMillis;

	private volatile int limit = Integer.MAX_VALUE;

	StallingProxy(int server) throws IOException {
		this.server = server;
		start("proxy", this::accept);
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	String uri(String options) {
		return "mongodb://127.0.0.1:" + this.front.getLocalPort() + "/test?directConnection=true&" + options;
	}

	/** Nothing goes through any more, as if the server had got a SIGSTOP. */
	synchronized void stall() {
		this.stalled = true;
	}

	/** All goes on, and nothing is lost. */
	synchronized void resume() {
		this.stalled = false;
		notifyAll();
	}

	/** Every message takes that much longer. */
	void delay(long millis) {
		this.delayMillis = millis;
	}

	/** Closes each connection above that number, as a server at its limit does. */
	void limit(int connections) {
		this.limit = connections;
	}

	/** Closes all connections, as if the server had been killed and started again. */
	void cut() {
		this.pairs.forEach(Pair::close);
	}

	int connections() {
		return this.pairs.size();
	}

	private void accept() {
		while (!this.front.isClosed()) {
			try {
				Socket driver = this.front.accept();
				if (this.pairs.size() >= this.limit) {
					driver.close();
					continue;
				}
				driver.setTcpNoDelay(true);
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.server);
				server.setTcpNoDelay(true);
				Pair pair = new Pair(driver, server);
				this.pairs.add(pair);
				start("proxy-to-server", () -> copy(pair, driver, server));
				start("proxy-to-driver", () -> copy(pair, server, driver));
			}
			catch (IOException ex) {
				// Ignored: closed, or the server is.
			}
		}
	}

	private void copy(Pair pair, Socket from, Socket to) {
		byte[] buffer = new byte[8192];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				awaitPassage();
				out.write(buffer, 0, count);
			}
		}
		catch (IOException | InterruptedException ex) {
			// Ignored: one of the ends is gone, so the other one goes, too.
		}
		finally {
			pair.close();
			this.pairs.remove(pair);
		}
	}

	private void awaitPassage() throws InterruptedException {
		if (this.delayMillis > 0) {
			Thread.sleep(this.delayMillis);
		}
		synchronized (this) {
			while (this.stalled) {
				wait();
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.front.close();
		cut();
		resume();
	}

	private record Pair(Socket driver, Socket server) {

		void close() {
			for (Socket end : new Socket[] { this.driver, this.server }) {
				try {
					end.close();
				}
				catch (IOException ex) {
					// Ignored: it is of no use any more.
				}
			}
		}

	}

}
