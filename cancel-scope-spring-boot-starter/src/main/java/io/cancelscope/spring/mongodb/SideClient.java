package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.mongodb.MongoClientSettings;
import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * A second client that sends {@code killSessions}, made when it is first needed: all
 * connections of the application's client may be occupied by what is to be killed.
 *
 * @param <C> the type of clients of the driver
 */
final class SideClient<C extends Closeable> implements Closeable {

	/**
	 * Limitation: a public method of both drivers' clients in 5.8, but of no interface.
	 */
	static final String SETTINGS = "getSettings";

	private static final int MOST_CONNECTIONS = 4;

	private final C main;

	private final Function<MongoClientSettings, C> factory;

	/** Guarded by this. */
	private @Nullable C side;

	/** Guarded by this. */
	private boolean closed;

	SideClient(C main, Function<MongoClientSettings, C> factory) {
		this.main = main;
		this.factory = factory;
	}

	/** Returns the second client, or the application's own if there can be no other. */
	synchronized C get() {
		C side = this.side;
		if (side == null) {
			MongoClientSettings settings = this.closed ? null : settings();
			side = (settings != null) ? this.factory.apply(small(settings)) : this.main;
			this.side = side;
		}
		return side;
	}

	private @Nullable MongoClientSettings settings() {
		Method method = ReflectionUtils.findMethod(this.main.getClass(), SETTINGS);
		if (method == null || method.getReturnType() != MongoClientSettings.class) {
			ChangedLibrary.report(this.main.getClass(), "a method '" + SETTINGS + "'",
					"a cancelled read goes on where all connections of its client are occupied");
			return null;
		}
		return (MongoClientSettings) ReflectionUtils.invokeMethod(method, this.main);
	}

	private static MongoClientSettings small(MongoClientSettings settings) {
		return MongoClientSettings.builder(settings)
			.applyToConnectionPoolSettings(
					(pool) -> pool.minSize(0).maxSize(MOST_CONNECTIONS).maxConnectionIdleTime(1, TimeUnit.MINUTES))
			.build();
	}

	@Override
	public synchronized void close() throws IOException {
		C side = this.side;
		this.closed = true;
		this.side = this.main;
		if (side != null && side != this.main) {
			side.close();
		}
	}

}
