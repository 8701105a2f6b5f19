package io.cancelscope.benchmarks.stops;

import java.io.IOException;
import java.time.Duration;

import io.cancelscope.benchmarks.load.Peer;
import io.cancelscope.benchmarks.stops.Times.What;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * A call by Spring Boot's {@link RestClient}: gone when the peer sees its connection
 * closed, or has answered.
 */
final class SilentPeer implements Scenario {

	/** Per route it has five otherwise, and others would wait. */
	private static final int CONNECTIONS = 100;

	/**
	 * The first call loads what all need, and no budget is enough for that everywhere.
	 */
	private static final int REHEARSAL = -1;

	private static final int ATTEMPTS = 20;

	private final Stage stage;

	private final Peer peer;

	private final RestClient http;

	SilentPeer(Stage stage, boolean apache) throws IOException {
		this.stage = stage;
		this.peer = new Peer(this::over);
		RestClient.Builder builder = stage.bean(RestClient.Builder.class).baseUrl(this.peer.address());
		if (apache) {
			builder.requestFactory(ClientHttpRequestFactoryBuilder.httpComponents()
				.withConnectionManagerCustomizer(
						(manager) -> manager.setMaxConnPerRoute(CONNECTIONS).setMaxConnTotal(CONNECTIONS))
				.build(stage.rival().http()));
		}
		this.http = builder.build();
		rehearse();
	}

	/** A timeout that a client has anyway may be too short for it as well. */
	private void rehearse() {
		for (int attempt = 1; true; attempt++) {
			try {
				ask(REHEARSAL, Duration.ofMillis(1));
				return;
			}
			catch (ResourceAccessException ex) {
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private void over(int id) {
		if (id != REHEARSAL) {
			this.stage.times().over(What.GONE, id);
		}
	}

	private @Nullable String ask(int id, Duration time) {
		return this.http.get().uri("/{id}/{time}", id, time.toMillis()).retrieve().body(String.class);
	}

	@Override
	public void run(int id) throws Exception {
		this.stage.rival().within("Suppliers.ask", Work.BUDGET, () -> ask(id, Work.LENGTH));
	}

	@Override
	public void close() throws IOException {
		this.peer.close();
	}

}
