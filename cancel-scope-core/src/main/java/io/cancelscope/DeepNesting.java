package io.cancelscope;

import java.lang.System.Logger.Level;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says once in the life of the library that scopes are nested suspiciously deep. As
 * gRPC's {@code Context} does.
 */
final class DeepNesting {

	static final int SUSPICIOUS = 1000;

	private static final int SHOWN = 5;

	private static final AtomicBoolean warned = new AtomicBoolean();

	private DeepNesting() {
	}

	static void warn(ScopeNode innermost) {
		LinkedList<String> names = new LinkedList<>();
		for (ScopeNode at = innermost; at != null; at = at.parent()) {
			names.addFirst(at.name());
		}
		// Work that is handed on counts up too, and leaves the closed ones behind.
		if (names.size() >= SUSPICIOUS && warned.compareAndSet(false, true)) {
			List<String> all = List.copyOf(names);
			Foreign.log(Level.WARNING, () -> Messages.tooDeep(all.size(), all.subList(0, SHOWN),
					all.subList(all.size() - SHOWN, all.size())), null);
		}
	}

}
