package io.cancelscope.spring.mongodb;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.cancelscope.spring.AsideThreads;
import io.cancelscope.spring.OneLineLog;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * Kills what a session of the library's own is doing in the server.
 * <p>
 * Race: while the command is on its way, the read may end, its session be given back, and
 * another read have it. Therefore {@link OwnSession} marks the session dirty first: the
 * driver drops it then instead of giving it to another operation. No other operation has
 * it, so it does not matter how late the command arrives.
 * <p>
 * Race: the command may overtake the read that it is to kill, on another connection.
 * Therefore it is sent again while the read has not ended.
 */
final class SessionKill {

	/** Of one command, with the wait for a connection. */
	static final long SECONDS = 2;

	static final TimeUnit UNIT = TimeUnit.SECONDS;

	private static final OneLineLog logger = OneLineLog.of(SessionKill.class);

	private static final Executor threads = AsideThreads.create("cancel-scope-mongodb-");

	private static final long FIRST_PAUSE = 100;

	private static final int MOST_ATTEMPTS = 8;

	private SessionKill() {
	}

	/**
	 * Kills what a session is doing, on another thread than the one that cancels.
	 * @param session the identifier of the session
	 * @param ended counted down when the operation has ended
	 * @param send sends the command, and waits for its end
	 */
	static void kill(BsonDocument session, CountDownLatch ended, Sending send) {
		Document command = new Document("killSessions", List.of(session));
		threads.execute(() -> attempt(command, ended, send, 1));
	}

	/** No thread waits between the attempts, since others have something to kill, too. */
	private static void attempt(Document command, CountDownLatch ended, Sending send, int attempt) {
		attempt(() -> send.send(command));
		if (ended.getCount() > 0 && attempt < MOST_ATTEMPTS) {
			long pause = FIRST_PAUSE << (attempt - 1);
			CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, threads).execute(() -> {
				if (ended.getCount() > 0) {
					attempt(command, ended, send, attempt + 1);
				}
			});
		}
	}

	/** Runs what may block, on another thread than the one that cancels. */
	static void aside(Runnable task) {
		threads.execute(() -> attempt(task));
	}

	/** If it fails, the operation ends by its deadline, or as if there were no scope. */
	private static void attempt(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.debug("Could not stop an operation in the MongoDB server", ex);
		}
	}

	/** A stopped operation has ended after its subscriber was told. */
	static void ended(Throwable failure) {
		logger.debug("A stopped MongoDB operation has ended", failure);
	}

	/** Sends a command to the server. */
	interface Sending {

		void send(Document command);

	}

}
