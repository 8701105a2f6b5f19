package io.cancelscope.demo.live;

import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.demo.history.FareHistory;
import io.cancelscope.demo.quote.OwnAddress;
import io.cancelscope.demo.supplier.Setting;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * The work of a search, which knows nothing of scopes: the same code runs with them and
 * without them.
 */
@Component
class Errand {

	static final String HISTORY = "usual price";

	static final String ARCHIVE = "archive";

	private final RestClient http;

	private final OwnAddress address;

	private final FareHistory history;

	private final Archive archive;

	private final AtomicInteger calls = new AtomicInteger();

	Errand(RestClient.Builder builder, OwnAddress address, FareHistory history, Archive archive) {
		this.http = builder.build();
		this.address = address;
		this.history = history;
		this.archive = archive;
	}

	/** Asks a supplier over HTTP, or the database for the history. */
	void run(String name, Order order) {
		Setting setting = order.suppliers().get(name);
		if (setting == null) {
			this.history.usualPrice("OSL", order.history());
			return;
		}
		this.calls.incrementAndGet();
		try {
			ask(name, setting);
		}
		finally {
			this.calls.decrementAndGet();
		}
	}

	private void ask(String name, Setting setting) {
		this.http.get()
			.uri("http://127.0.0.1:{port}/suppliers/{name}/fares?from=OSL&to=LIS&behaviour={behaviour}&latency={latency}",
					this.address.port(), name, setting.behaviour(), setting.latency().toMillis() + "ms")
			.retrieve()
			.toEntity(String.class);
	}

	/** Returns how many calls to suppliers have no answer yet. */
	int calls() {
		return this.calls.get();
	}

	void archive(String outcome) {
		this.archive.write(outcome);
	}

}
