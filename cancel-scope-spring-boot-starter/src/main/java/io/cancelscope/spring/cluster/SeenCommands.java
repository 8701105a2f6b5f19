package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The commands of the last time, so that one that comes again is not executed again. Each
 * is kept until a copy of its message is too old to be believed. Thread-safe.
 */
final class SeenCommands {

	static final int MOST = 100_000;

	/** The oldest first, with the time until which each is kept. */
	private final Map<UUID, Long> seen = new LinkedHashMap<>();

	private final long keepNanos;

	SeenCommands(Duration window) {
		// A message may be from a node whose clock is ahead by the window.
		this.keepNanos = window.multipliedBy(2).toNanos();
	}

	/**
	 * Adds a command.
	 * @return whether it is new. If there is no room for it, none is made by forgetting
	 * one that could still be replayed
	 */
	synchronized Verdict add(UUID command, long now) {
		forgetOld(now);
		if (this.seen.containsKey(command)) {
			return Verdict.AGAIN;
		}
		if (this.seen.size() >= MOST) {
			return Verdict.NO_ROOM;
		}
		this.seen.put(command, now + this.keepNanos);
		return Verdict.NEW;
	}

	synchronized int size(long now) {
		forgetOld(now);
		return this.seen.size();
	}

	private void forgetOld(long now) {
		Iterator<Long> until = this.seen.values().iterator();
		while (until.hasNext() && until.next() - now < 0) {
			until.remove();
		}
	}

	/** Whether to execute a command. */
	enum Verdict {

		NEW, AGAIN, NO_ROOM

	}

}
