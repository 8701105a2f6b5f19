package io.cancelscope.slices;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScoped;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Calls another service within the scope of its Mono.
 */
@Component
class ReactiveQuoteClient {

	private final WebClient client;

	ReactiveQuoteClient(WebClient.Builder builder, CancelScopes scopes) {
		scopes.check();
		this.client = builder.exchangeFunction((request) -> Mono
			.just(ClientResponse.create(HttpStatus.OK).body("told " + request.headers().getFirst("X-Timeout")).build()))
			.build();
	}

	@CancelScoped("2s")
	Mono<String> best() {
		return this.client.get().uri("http://quotes/best").retrieve().bodyToMono(String.class);
	}

}
