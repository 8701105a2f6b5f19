package io.cancelscope.spring.grpc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import io.cancelscope.spring.AsideThreads;

/**
 * The calls that are going on, so that they can be cancelled when their server stops.
 * Thread-safe.
 */
final class OpenCalls {

	private final Set<ServedCall<?, ?>> open = ConcurrentHashMap.newKeySet();

	private final Executor aside;

	OpenCalls() {
		this(AsideThreads.create("cancel-scope-grpc-"));
	}

	OpenCalls(Executor aside) {
		this.aside = aside;
	}

	/** Threads that may wait for callbacks of a scope. */
	Executor aside() {
		return this.aside;
	}

	void add(ServedCall<?, ?> call) {
		this.open.add(call);
	}

	void remove(ServedCall<?, ?> call) {
		this.open.remove(call);
	}

	int size() {
		return this.open.size();
	}

	/**
	 * Cancels calls because their server stops. None waits for the callbacks of another.
	 * @param which returns {@code true} for these calls
	 * @return their number
	 */
	int stop(Predicate<ServedCall<?, ?>> which) {
		int stopped = 0;
		for (ServedCall<?, ?> call : this.open) {
			if (which.test(call)) {
				call.stop();
				stopped++;
			}
		}
		return stopped;
	}

}
