package io.cancelscope.spring.webflux;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.request.AnswerFormat;
import io.cancelscope.spring.request.AnswerHeaders;
import io.cancelscope.spring.request.ProblemInstance;
import reactor.core.publisher.Mono;

import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;

/**
 * Writes the answer to a cancelled request.
 */
class CancelledResponse {

	private static final ResolvableType PROBLEM = ResolvableType.forClass(ProblemDetail.class);

	private final Supplier<ServerCodecConfigurer> codecs;

	CancelledResponse(Supplier<ServerCodecConfigurer> codecs) {
		this.codecs = codecs;
	}

	/**
	 * Writes the answer. Where the caller prefers a page, this fails with an exception
	 * that has the status of the answer: the application's error handling then renders
	 * the page.
	 */
	Mono<Void> write(ServerWebExchange exchange, ResponseEntity<ProblemDetail> answer,
			ScopeCancelledException cancellation) {
		ServerHttpResponse response = exchange.getResponse();
		HttpHeaders headers = response.getHeaders();
		new ArrayList<>(headers.headerNames()).stream().filter(AnswerHeaders::belongsToAnswer).forEach(headers::remove);
		ProblemDetail problem = answer.getBody();
		if (problem == null) {
			response.setStatusCode(answer.getStatusCode());
			return response.setComplete();
		}
		AnswerFormat format = format(exchange);
		if (format == AnswerFormat.PAGE) {
			headers.putAll(answer.getHeaders());
			return Mono.error(new ResponseStatusException(answer.getStatusCode(), null, cancellation));
		}
		problem.setInstance(ProblemInstance.of(exchange.getRequest().getPath().value()));
		return ServerResponse.status(answer.getStatusCode())
			.headers((own) -> own.putAll(answer.getHeaders()))
			.contentType(format.type())
			.bodyValue(problem)
			.flatMap((written) -> written.writeTo(exchange, new Context(this.codecs.get())));
	}

	/**
	 * What the caller prefers, as far as the application can write it. Limitation: the
	 * XML that Spring WebFlux 7.0 writes is not that of RFC 9457.
	 */
	private AnswerFormat format(ServerWebExchange exchange) {
		AnswerFormat preferred = AnswerFormat.preferredIn(accepted(exchange));
		return (preferred != AnswerFormat.PAGE && canWriteJson()) ? AnswerFormat.JSON : AnswerFormat.PAGE;
	}

	private static List<MediaType> accepted(ServerWebExchange exchange) {
		try {
			List<MediaType> accepted = new ArrayList<>(exchange.getRequest().getHeaders().getAccept());
			MimeTypeUtils.sortBySpecificity(accepted);
			return accepted;
		}
		catch (InvalidMediaTypeException | InvalidMimeTypeException ex) {
			// Not to be read, or too many to be sorted, so anything is as good.
			return List.of();
		}
	}

	private boolean canWriteJson() {
		return this.codecs.get()
			.getWriters()
			.stream()
			.anyMatch((writer) -> writer.canWrite(PROBLEM, AnswerFormat.JSON.type()));
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
