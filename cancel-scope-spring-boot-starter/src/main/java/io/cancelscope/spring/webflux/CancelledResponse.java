package io.cancelscope.spring.webflux;

import java.net.URI;
import java.util.List;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ServerWebExchange;

/**
 * Writes the answer to a cancelled request.
 */
class CancelledResponse {

	private final Supplier<ServerCodecConfigurer> codecs;

	CancelledResponse(Supplier<ServerCodecConfigurer> codecs) {
		this.codecs = codecs;
	}

	Mono<Void> write(ServerWebExchange exchange, ResponseEntity<ProblemDetail> answer) {
		ServerHttpResponse response = exchange.getResponse();
		response.getHeaders().clearContentHeaders();
		ProblemDetail problem = answer.getBody();
		if (problem == null) {
			response.setStatusCode(answer.getStatusCode());
			return response.setComplete();
		}
		problem.setInstance(URI.create(exchange.getRequest().getPath().value()));
		return ServerResponse.status(answer.getStatusCode())
			.headers((headers) -> headers.putAll(answer.getHeaders()))
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyValue(problem)
			.flatMap((written) -> written.writeTo(exchange, new Context(this.codecs.get())));
	}

	private record Context(ServerCodecConfigurer codecs) implements ServerResponse.Context {

		@Override
		public List<HttpMessageWriter<?>> messageWriters() {
			return this.codecs.getWriters();
		}

		@Override
		public List<ViewResolver> viewResolvers() {
			return List.of();
		}

	}

}
