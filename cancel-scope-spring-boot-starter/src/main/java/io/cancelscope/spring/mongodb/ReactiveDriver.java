package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.util.concurrent.TimeUnit;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoCluster;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

/**
 * What the interfaces of the reactive driver have in common, although no type says so.
 */
final class ReactiveDriver {

	private ReactiveDriver() {
	}

	static Class<?> clientType() {
		return MongoClient.class;
	}

	static boolean isClient(Object bean) {
		return bean instanceof MongoClient;
	}

	static Closeable support(Object client, boolean killSessions) {
		return new ReactiveClient((MongoClient) client, killSessions);
	}

	static Object wrap(Object client, Closeable support) {
		return ReactiveHandle.proxy(client, MongoClient.class, (ReactiveClient) support);
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
