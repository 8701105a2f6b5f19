package io.cancelscope.spring.httpclient;

import java.util.LinkedHashSet;
import java.util.Set;

import io.cancelscope.spring.OneLineLog;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Names the clients whose calls do not end with their scope: in one line at start-up, and
 * in a line each if they are made later.
 */
final class UnreachedClients implements SmartInitializingSingleton {

	private static final OneLineLog logger = OneLineLog.of(UnreachedClients.class);

	private static final int MOST = 100;

	/** Guarded by this. */
	private final Set<String> clients = new LinkedHashSet<>();

	/** Guarded by this. */
	private boolean started;

	void add(String client) {
		boolean late;
		synchronized (this) {
			late = this.clients.size() < MOST && this.clients.add(client) && this.started;
		}
		if (late) {
			log(client);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		String all;
		synchronized (this) {
			this.started = true;
			all = String.join(", ", this.clients);
		}
		if (!all.isEmpty()) {
			log(all);
		}
	}

	private static void log(String clients) {
		logger.warn("HTTP calls are not stopped when their scope is cancelled: " + clients
				+ ". Give Spring's clients the request factory of a supported library.");
	}

}
