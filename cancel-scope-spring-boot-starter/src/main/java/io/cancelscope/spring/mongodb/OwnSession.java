package io.cancelscope.spring.mongodb;

import java.util.concurrent.CountDownLatch;

import com.mongodb.session.ClientSession;
import com.mongodb.session.ServerSession;

/**
 * A session of the library's own that belongs to one read, of either driver.
 * <p>
 * Race: the driver takes the session of the server when it is first asked for one, and
 * has no lock for that. If the thread that reads and the thread that cancels ask at the
 * same time, each gets another one, and the wrong one is killed. Therefore it is taken
 * before any other thread has this object.
 * <p>
 * Race: the read may end and give its session back to the driver's pool, where another
 * read gets it, while a thread is about to kill it. The lock decides who is first: a
 * session that has been given back is not killed any more, and one that is killed does
 * not go back to the pool.
 */
final class OwnSession implements AutoCloseable {

	private final ClientSession session;

	private final ServerSession serverSession;

	private final SessionKill.Sending sending;

	private final CountDownLatch ended = new CountDownLatch(1);

	/** Guarded by this. */
	private boolean killed;

	/** Guarded by this. */
	private boolean closed;

	/**
	 * Creates one.
	 * @param session the driver's session, which no other thread has yet
	 * @param sending sends the command that kills it
	 */
	OwnSession(ClientSession session, SessionKill.Sending sending) {
		this.session = session;
		this.serverSession = session.getServerSession();
		this.sending = sending;
	}

	/** Returns the driver's session, to be handed to it. */
	ClientSession session() {
		return this.session;
	}

	/** Kills what the session is doing in the server, and returns at once. */
	void kill() {
		synchronized (this) {
			if (this.killed || this.closed) {
				return;
			}
			this.killed = true;
			this.serverSession.markDirty();
		}
		SessionKill.kill(this.serverSession.getIdentifier(), this.ended, this.sending);
	}

	/** Notes that the read has ended, so that nothing is left to kill. */
	void ended() {
		this.ended.countDown();
	}

	/**
	 * Takes the session away from all later operations, without closing it: the read may
	 * still be using it.
	 */
	synchronized void drop() {
		this.serverSession.markDirty();
	}

	@Override
	public void close() {
		ended();
		synchronized (this) {
			this.closed = true;
			this.session.close();
		}
	}

}
