package io.cancelscope.spring.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.spring.AsideThreads;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.Subscription;
import org.springframework.data.redis.connection.SubscriptionListener;

/**
 * A subscription of Redis. With Jedis a thread is in it until it ends. Lettuce receives
 * on its own threads, and connects again by itself after a loss, which does no harm: by
 * then this link may be closed.
 */
final class RedisLink implements TransportLink {

	/** To unsubscribe may block until the client's timeout. */
	private static final Executor ASIDE = AsideThreads.create("cancel-scope-link-close-");

	private static final Duration UNTIL_CLOSED = Duration.ofSeconds(1);

	private static final Duration UNTIL_SUBSCRIBED = Duration.ofSeconds(60);

	private final RedisConnectionFactory factory;

	private final byte[] channel;

	/** Of this link alone. */
	private final byte[] ownChannel;

	private final Receivers receivers;

	private final RedisConnection connection;

	private final AtomicBoolean closed = new AtomicBoolean();

	private final AtomicBoolean connectionClosed = new AtomicBoolean();

	/** Zero when the server has confirmed the subscription, or when it has failed. */
	private final CountDownLatch subscribed = new CountDownLatch(1);

	/** Whether no thread is in the subscription, so that the connection can be closed. */
	private volatile boolean left;

	/** Released when something has come, and when the subscription is over. */
	private final Semaphore news = new Semaphore(0);

	private volatile @Nullable Throwable failure;

	private RedisLink(RedisConnectionFactory factory, String channel, Receivers receivers) {
		this.factory = factory;
		this.channel = channel.getBytes(StandardCharsets.UTF_8);
		this.ownChannel = (channel + ":" + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
		this.receivers = receivers;
		this.connection = factory.getConnection();
	}

	/**
	 * Opens one.
	 * @param subscribers permits for threads that are in a subscription
	 */
	static RedisLink open(RedisConnectionFactory factory, String channel, Receivers receivers, Semaphore subscribers) {
		if (!subscribers.tryAcquire()) {
			throw new IllegalStateException("Earlier subscriptions are still waiting for the server");
		}
		boolean started = false;
		try {
			RedisLink link = new RedisLink(factory, channel, receivers);
			Thread subscriber = new Thread(() -> {
				try {
					link.subscribe();
				}
				finally {
					subscribers.release();
				}
			}, "cancel-scope-link-redis");
			subscriber.setDaemon(true);
			subscriber.start();
			started = true;
			return link;
		}
		finally {
			if (!started) {
				subscribers.release();
			}
		}
	}

	private void subscribe() {
		try {
			this.connection.subscribe(new Listener(), this.channel, this.ownChannel);
			if (!this.connection.isSubscribed()) {
				this.failure = new IllegalStateException("The subscription has ended");
			}
		}
		catch (Throwable ex) {
			this.failure = ex;
		}
		this.left = true;
		this.subscribed.countDown();
		// Race: another thread closes this link, and has seen that this one is inside.
		if (this.failure != null || this.closed.get()) {
			this.news.release();
			closeConnection();
		}
	}

	private void received(Message message) {
		if (Arrays.equals(message.getChannel(), this.ownChannel)) {
			this.receivers.tokens().accept(new String(message.getBody(), StandardCharsets.US_ASCII));
			this.news.release();
		}
		else if (!this.closed.get()) {
			this.receivers.messages().accept(message.getBody());
		}
	}

	@Override
	public void publish(byte[] message) {
		send(this.channel, message);
	}

	@Override
	public void ping(String token) {
		send(this.ownChannel, token.getBytes(StandardCharsets.US_ASCII));
	}

	private void send(byte[] channel, byte[] message) {
		try (RedisConnection connection = this.factory.getConnection()) {
			connection.publish(channel, message);
		}
	}

	@Override
	public void serve(Duration atMost) throws Exception {
		if (this.news.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
			this.news.drainPermits();
		}
		Throwable failure = this.failure;
		if (failure != null) {
			throw new IllegalStateException(failure.getMessage(), failure);
		}
	}

	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		if (this.failure == null) {
			this.failure = new IllegalStateException("Closed");
		}
		this.news.release();
		CountDownLatch done = new CountDownLatch(1);
		ASIDE.execute(() -> {
			try {
				endSubscription();
			}
			finally {
				done.countDown();
			}
		});
		try {
			done.await(UNTIL_CLOSED.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Then the subscriber of Jedis leaves, and closes the connection, which would
	 * otherwise return to its pool with a thread that reads from it.
	 */
	private void endSubscription() {
		try {
			// Before that, Jedis cannot unsubscribe.
			if (!this.subscribed.await(UNTIL_SUBSCRIBED.toNanos(), TimeUnit.NANOSECONDS)) {
				return;
			}
			Subscription subscription = this.connection.getSubscription();
			if (subscription != null && subscription.isAlive()) {
				subscription.close();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			// Ignored: the connection is closed in any case.
		}
		if (this.left) {
			closeConnection();
		}
	}

	private void closeConnection() {
		if (!this.connectionClosed.compareAndSet(false, true)) {
			return;
		}
		try {
			this.connection.close();
		}
		catch (RuntimeException ex) {
			// Ignored: it is of no use any more.
		}
	}

	/** What the client calls. */
	private final class Listener implements MessageListener, SubscriptionListener {

		@Override
		public void onMessage(Message message, byte @Nullable [] pattern) {
			received(message);
		}

		@Override
		public void onChannelSubscribed(byte[] channel, long count) {
			if (Arrays.equals(channel, RedisLink.this.ownChannel)) {
				RedisLink.this.subscribed.countDown();
			}
		}

	}

}
