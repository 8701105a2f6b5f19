package io.cancelscope.spring.redis;

import java.util.Locale;
import java.util.Set;

/**
 * How a command is stopped.
 */
enum CommandKind {

	/** Ends at once for its caller. The client drops the reply of the server. */
	ORDINARY,

	/**
	 * Waits at the server, and may take an element from a key until the server knows that
	 * it was stopped. Streams are read with or without waiting; both count as blocking.
	 */
	BLOCKING,

	/** Clears up, or changes the state that a connection is in. Never stopped. */
	EXEMPT;

	private static final Set<String> BLOCKING_NAMES = Set.of("BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP",
			"BZPOPMIN", "BZPOPMAX", "BZMPOP", "XREAD", "XREADGROUP", "WAIT", "WAITAOF");

	private static final Set<String> EXEMPT_NAMES = Set.of("DISCARD", "UNWATCH", "UNSUBSCRIBE", "PUNSUBSCRIBE",
			"SUNSUBSCRIBE", "QUIT", "RESET", "SELECT", "AUTH", "HELLO", "CLIENT", "READONLY", "READWRITE", "ASKING");

	/** Returns the kind of a command by its name, in any case. */
	static CommandKind of(String name) {
		String upper = name.toUpperCase(Locale.ROOT);
		if (BLOCKING_NAMES.contains(upper)) {
			return BLOCKING;
		}
		return EXEMPT_NAMES.contains(upper) ? EXEMPT : ORDINARY;
	}

}
