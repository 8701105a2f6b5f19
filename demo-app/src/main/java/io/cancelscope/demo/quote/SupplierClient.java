package io.cancelscope.demo.quote;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.demo.supplier.Fare;
import io.cancelscope.demo.supplier.Setting;
import io.cancelscope.spring.CancelScoped;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.ProblemDetail;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.util.UriBuilder;

/**
 * Asks one supplier over HTTP, on a thread of the pool.
 */
@Component
class SupplierClient {

	private static final ParameterizedTypeReference<List<Fare>> FARES = new ParameterizedTypeReference<>() {
	};

	private final RestClient http;

	private final OwnAddress address;

	SupplierClient(RestClient.Builder builder, OwnAddress address) {
		this.http = builder.build();
		this.address = address;
	}

	/**
	 * Runs in a scope below the caller's, although on another thread. If that scope is
	 * over before a thread is free, the supplier isn't asked; if it is over before the
	 * supplier answers, the answer counts no more.
	 */
	@Async
	@CancelScoped(name = "supplier", checkOnEnter = true, checkOnExit = true)
	public CompletableFuture<List<Fare>> fares(String supplier, QuoteRequest request) {
		try {
			List<Fare> fares = this.http.get().uri((uri) -> uri(uri, supplier, request)).retrieve().body(FARES);
			return CompletableFuture.completedFuture((fares != null) ? fares : List.of());
		}
		catch (RestClientException ex) {
			throw new SupplierFailedException(supplier, why(ex), ex);
		}
	}

	private URI uri(UriBuilder uri, String supplier, QuoteRequest request) {
		uri.scheme("http").host("127.0.0.1").port(this.address.port());
		uri.path("/suppliers/{supplier}/fares").queryParam("from", request.from()).queryParam("to", request.to());
		Setting override = request.overrides().get(supplier);
		if (override != null) {
			uri.queryParam("behaviour", override.behaviour()).queryParam("latency", override.latency());
		}
		return uri.build(supplier);
	}

	private static String why(RestClientException ex) {
		if (ex instanceof RestClientResponseException answer) {
			return "answered " + answer.getStatusCode().value() + detail(answer);
		}
		if (ex instanceof ResourceAccessException && ex.getCause() != null) {
			return "can't be reached: " + ex.getCause().getMessage();
		}
		return "answered something unreadable";
	}

	private static String detail(RestClientResponseException answer) {
		try {
			ProblemDetail problem = answer.getResponseBodyAs(ProblemDetail.class);
			return (problem != null && problem.getDetail() != null) ? ", " + problem.getDetail() : "";
		}
		catch (RuntimeException ex) {
			return "";
		}
	}

}
