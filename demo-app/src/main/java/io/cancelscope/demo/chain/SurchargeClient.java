package io.cancelscope.demo.chain;

import java.util.concurrent.CompletableFuture;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Async;
import org.springframework.web.client.RestClient;

/**
 * Asks the slow peer over HTTP, on a thread of the pool.
 */
class SurchargeClient {

	private final RestClient http;

	private final Reports reports;

	SurchargeClient(RestClient.Builder builder, @Value("${chain.peer}") String peer, Reports reports) {
		this.http = builder.baseUrl(peer).build();
		this.reports = reports;
	}

	@Async
	public CompletableFuture<Long> ask() {
		Reports.Busy busy = this.reports.busy();
		try (busy) {
			String cents = this.http.get().uri("/surcharge").retrieve().body(String.class);
			return CompletableFuture.completedFuture((cents != null) ? Long.parseLong(cents) : 0L);
		}
	}

}
