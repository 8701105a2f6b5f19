package io.cancelscope.spring.mongodb;

import java.util.concurrent.atomic.AtomicInteger;

import com.mongodb.MongoClientSettings;
import com.mongodb.event.ConnectionCheckedInEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionPoolListener;

import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;

import static org.awaitility.Awaitility.await;

/**
 * Counts the connections that are out of the pools of an application's clients.
 */
final class PoolCount implements ConnectionPoolListener, MongoClientSettingsBuilderCustomizer {

	private final AtomicInteger out = new AtomicInteger();

	@Override
	public void customize(MongoClientSettings.Builder settings) {
		settings.applyToConnectionPoolSettings((pool) -> pool.addConnectionPoolListener(this));
	}

	@Override
	public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
		this.out.incrementAndGet();
	}

	@Override
	public void connectionCheckedIn(ConnectionCheckedInEvent event) {
		this.out.decrementAndGet();
	}

	/** Waits until each connection is back, those that were closed included. */
	void awaitFull() {
		await().atMost(App.LONG).until(() -> this.out.get() == 0);
	}

}
