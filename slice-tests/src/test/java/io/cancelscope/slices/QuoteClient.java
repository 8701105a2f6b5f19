package io.cancelscope.slices;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScoped;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Calls another service within its scope.
 */
@Component
class QuoteClient {

	private final RestClient client;

	private final CancelScopes scopes;

	QuoteClient(RestClient.Builder builder, CancelScopes scopes) {
		this.client = builder.baseUrl("http://quotes").build();
		this.scopes = scopes;
	}

	@CancelScoped("2s")
	String best() {
		return this.client.get().uri("/best").retrieve().body(String.class) + " in " + this.scopes.current().name();
	}

}
