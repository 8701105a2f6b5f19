package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

/**
 * What the interfaces of the blocking driver have in common, although no type says so.
 */
final class SyncDriver {

	private SyncDriver() {
	}

	static Class<?> clientType() {
		return MongoClient.class;
	}

	static boolean isClient(Object bean) {
		return bean instanceof MongoClient;
	}

	static Closeable support(Object client, boolean killSessions) {
		return new SyncClient((MongoClient) client, killSessions);
	}

	static Object wrap(Object client, Closeable support) {
		return ScopedHandle.proxy(client, MongoClient.class, (SyncClient) support);
	}

	/** Whether this is the type of a client, database or collection. */
	static boolean isHandle(Class<?> type) {
		return MongoCluster.class.isAssignableFrom(type) || type == MongoDatabase.class
				|| type == MongoCollection.class;
	}

	static @Nullable Long timeout(Object handle) {
		if (handle instanceof MongoCollection<?> collection) {
			return collection.getTimeout(TimeUnit.MILLISECONDS);
		}
		if (handle instanceof MongoDatabase database) {
			return database.getTimeout(TimeUnit.MILLISECONDS);
		}
		return ((MongoCluster) handle).getTimeout(TimeUnit.MILLISECONDS);
	}

	static Object withTimeout(Object handle, long millis) {
		if (millis == Budget.NONE) {
			return handle;
		}
		if (handle instanceof MongoCollection<?> collection) {
			return collection.withTimeout(millis, TimeUnit.MILLISECONDS);
		}
		if (handle instanceof MongoDatabase database) {
			return database.withTimeout(millis, TimeUnit.MILLISECONDS);
		}
		return ((MongoCluster) handle).withTimeout(millis, TimeUnit.MILLISECONDS);
	}

}
