package io.cancelscope.spring.redis;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.OneLineLog;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.ConnectionPool;

/**
 * A pool of Jedis whose callers wait within their scope, in the place of another pool.
 */
final class ScopedJedisPool extends ConnectionPool {

	private static final OneLineLog logger = OneLineLog.of(ScopedJedisPool.class);

	private final ConnectionPool replaced;

	private final Opening<Connection> opening;

	private final Runnable afterClose;

	/**
	 * Creates one.
	 * @param replaced the pool in whose place it is, which is closed with it
	 * @param afterClose called when it is closed
	 */
	ScopedJedisPool(ConnectionFactory connections, GenericObjectPoolConfig<Connection> config, ConnectionPool replaced,
			Opening<Connection> opening, Runnable afterClose) {
		super(connections, config);
		this.replaced = replaced;
		this.opening = opening;
		this.afterClose = afterClose;
	}

	@Override
	public Connection getResource() {
		return (CancelScope.current() instanceof OpenScope scope) ? ConnectionWait.within(scope, super::getResource)
				: super.getResource();
	}

	/** Does not fail: its caller has a new pool already, and more to do. */
	@Override
	public void close() {
		super.close();
		try {
			this.replaced.close();
			this.opening.close();
			this.afterClose.run();
		}
		catch (RuntimeException ex) {
			logger.debug("Could not close a pool that was replaced", ex);
		}
	}

}
