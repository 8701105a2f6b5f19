package io.cancelscope.spring.mongodb;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import com.mongodb.client.ClientSession;

/**
 * A session of the blocking driver that belongs to one read.
 */
final class OwnSession implements AutoCloseable {

	private final SyncClient client;

	private final ClientSession session;

	private final AtomicBoolean killed = new AtomicBoolean();

	private final CountDownLatch ended = new CountDownLatch(1);

	OwnSession(SyncClient client, ClientSession session) {
		this.client = client;
		this.session = session;
	}

	ClientSession session() {
		return this.session;
	}

	/** Kills what the session is doing in the server, and returns at once. */
	void kill() {
		if (this.killed.compareAndSet(false, true)) {
			SessionKill.kill(this.session, this.ended, this.client::send);
		}
	}

	@Override
	public void close() {
		this.ended.countDown();
		this.session.close();
	}

}
