package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiPredicate;

import io.cancelscope.CancelScope;
import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Requests for keys that no open scope had. A scope that opens with such a key soon after
 * is cancelled, and takes its tombstone with it. Bounded, and thread-safe.
 * <p>
 * Race: one thread opens a scope, another one executes a request for its key. The request
 * is laid here before that thread looks for scopes, and the scope can be found before it
 * is looked for here. So at least one finds the other, and one cancels.
 * <p>
 * Race: the answer of another node, that it had an open scope, overtakes the request. So
 * what was answered is remembered as well, and then no tombstone is laid.
 */
final class Tombstones {

	static final int MOST = 10_000;

	private final TimeSource time;

	private final long lifeNanos;

	/** By key, the oldest first. Guarded by itself. */
	private final Map<String, Tombstone> stones = new LinkedHashMap<>();

	/** Commands that some node had an open scope for. Guarded by {@link #stones}. */
	private final Map<UUID, Long> found = new LinkedHashMap<>();

	/** Most scopes open while there is none. */
	private volatile boolean empty = true;

	/** Cancels a scope for a request, if it may; returns whether it did. */
	private volatile @Nullable BiPredicate<CancelScope, CancelRequest> canceller;

	Tombstones(TimeSource time, Duration life) {
		this.time = time;
		this.lifeNanos = life.toNanos();
	}

	void cancelBy(BiPredicate<CancelScope, CancelRequest> canceller) {
		this.canceller = canceller;
	}

	void lay(CancelRequest request, UUID command) {
		long now = this.time.nanoTime();
		synchronized (this.stones) {
			forgetOld(now);
			if (this.stones.size() < MOST && !this.found.containsKey(command)) {
				this.stones.remove(request.value()); // the order is that of time
				this.stones.put(request.value(), new Tombstone(request, command, now + this.lifeNanos));
				this.empty = false;
			}
		}
	}

	/** There was an open scope, here or on another node. */
	void found(UUID command) {
		long now = this.time.nanoTime();
		synchronized (this.stones) {
			forgetOld(now);
			if (this.found.size() < MOST) {
				this.found.putIfAbsent(command, now + this.lifeNanos);
			}
		}
		remove(command);
	}

	private void remove(UUID command) {
		if (this.empty) {
			return;
		}
		synchronized (this.stones) {
			this.stones.values().removeIf((stone) -> stone.command.equals(command));
			this.empty = this.stones.isEmpty();
		}
	}

	/** On the thread that opens the scope. */
	void opened(CancelScope scope) {
		BiPredicate<CancelScope, CancelRequest> canceller = this.canceller;
		String key = scope.key().orElse(null);
		if (this.empty || canceller == null || key == null) {
			return;
		}
		Tombstone stone = find(key);
		if (stone != null && canceller.test(scope, stone.request)) {
			remove(stone.command);
		}
	}

	private @Nullable Tombstone find(String key) {
		long now = this.time.nanoTime();
		synchronized (this.stones) {
			forgetOld(now);
			return this.stones.get(key);
		}
	}

	int size() {
		long now = this.time.nanoTime();
		synchronized (this.stones) {
			forgetOld(now);
			return this.stones.size();
		}
	}

	private void forgetOld(long now) {
		Iterator<Tombstone> stones = this.stones.values().iterator();
		while (stones.hasNext() && stones.next().until - now <= 0) {
			stones.remove();
		}
		this.empty = this.stones.isEmpty();
		Iterator<Long> found = this.found.values().iterator();
		while (found.hasNext() && found.next() - now <= 0) {
			found.remove();
		}
	}

	private record Tombstone(CancelRequest request, UUID command, long until) {

	}

}
