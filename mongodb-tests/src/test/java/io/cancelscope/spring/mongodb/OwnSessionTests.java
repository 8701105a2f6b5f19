package io.cancelscope.spring.mongodb;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.mongodb.session.ClientSession;
import com.mongodb.session.ServerSession;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The session that is killed is the one that reads, and no other.
 */
class OwnSessionTests {

	private final BlockingQueue<Document> sent = new LinkedBlockingQueue<>();

	/**
	 * Race: the thread that reads and the one that cancels ask the driver for the
	 * server's session at the same time.
	 */
	@Test
	void killedSessionIsTheOneThatReads() throws Exception {
		LazySession driver = new LazySession();
		OwnSession session = new OwnSession(driver.proxy(), this.sent::add);
		driver.askedAtTheSameTime = true;

		CompletableFuture<BsonDocument> reading = CompletableFuture
			.supplyAsync(() -> session.session().getServerSession().getIdentifier(), App.threads);
		session.kill();

		Document kill = this.sent.poll(App.LONG.toSeconds(), TimeUnit.SECONDS);
		assertThat(kill).containsEntry("killSessions", List.of(App.join(reading)));
		session.close();
	}

	/** Race: the read ends while its scope is cancelled. */
	@Test
	void sessionThatWasGivenBackIsNotKilled() {
		LazySession driver = new LazySession();
		OwnSession session = new OwnSession(driver.proxy(), this.sent::add);

		session.close();
		session.kill();

		// Another read may have the session by now.
		assertThat(driver.taken.isMarkedDirty()).isFalse();
		assertThat(this.sent).isEmpty();
	}

	@Test
	void sessionThatIsKilledDoesNotGoBack() throws Exception {
		LazySession driver = new LazySession();
		OwnSession session = new OwnSession(driver.proxy(), this.sent::add);

		session.kill();
		session.kill();
		session.close();

		assertThat(driver.taken.isMarkedDirty()).isTrue();
		assertThat(this.sent.poll(App.LONG.toSeconds(), TimeUnit.SECONDS)).isNotNull();
		assertThat(this.sent).isEmpty();
	}

	/**
	 * As the driver's: the server's session is taken when it is first asked for, and two
	 * threads that ask at the same time get two.
	 */
	private static final class LazySession {

		private final AtomicInteger numbers = new AtomicInteger();

		private final CyclicBarrier together = new CyclicBarrier(2);

		private volatile boolean askedAtTheSameTime;

		private volatile ServerSession taken;

		private volatile boolean closed;

		ClientSession proxy() {
			return (ClientSession) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { ClientSession.class }, (proxy, method, arguments) -> {
						if (method.getName().equals("close")) {
							this.closed = true;
							return null;
						}
						assertThat(method.getName()).isEqualTo("getServerSession");
						return serverSession();
					});
		}

		private ServerSession serverSession() throws Exception {
			if (this.closed) {
				throw new IllegalStateException("state should be: open");
			}
			if (this.taken == null) {
				ServerSession own = new NumberedSession(this.numbers.incrementAndGet());
				if (this.askedAtTheSameTime) {
					this.together.await(App.LONG.toSeconds(), TimeUnit.SECONDS);
				}
				this.taken = own;
				return own;
			}
			return this.taken;
		}

	}

	private static final class NumberedSession implements ServerSession {

		private final BsonDocument identifier;

		private volatile boolean dirty;

		NumberedSession(int number) {
			this.identifier = new BsonDocument("id", new BsonInt32(number));
		}

		@Override
		public BsonDocument getIdentifier() {
			return this.identifier;
		}

		@Override
		public long getTransactionNumber() {
			return 0;
		}

		@Override
		public long advanceTransactionNumber() {
			return 1;
		}

		@Override
		public boolean isClosed() {
			return false;
		}

		@Override
		public void markDirty() {
			this.dirty = true;
		}

		@Override
		public boolean isMarkedDirty() {
			return this.dirty;
		}

	}

}
