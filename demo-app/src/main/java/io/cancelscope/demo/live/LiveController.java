package io.cancelscope.demo.live;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.demo.problem.Problems;
import io.cancelscope.demo.supplier.Suppliers;
import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * The page's side of a search: begins it, sends what happens as it happens, and cancels
 * what a person wants cancelled.
 */
@RestController
class LiveController {

	private final WatchedSearch search;

	private final PlainSearch plain;

	private final WatchedScopes watched;

	private final Suppliers suppliers;

	private final Executor threads;

	private final ObjectWriter json;

	LiveController(WatchedSearch search, PlainSearch plain, WatchedScopes watched, Suppliers suppliers,
			CancelScopes scopes, Executor applicationTaskExecutor, JsonMapper json) {
		this.search = search;
		this.plain = plain;
		this.watched = watched;
		this.suppliers = suppliers;
		this.threads = scopes.propagating(applicationTaskExecutor);
		this.json = json.writer().without(SerializationFeature.INDENT_OUTPUT);
	}

	@GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	StreamingResponseBody live(@RequestParam Map<String, String> asked, HttpServletResponse response) {
		Order order = Order.of(asked, this.suppliers.names());
		return (out) -> show(order, response);
	}

	private void show(Order order, HttpServletResponse response) throws IOException {
		Timeline timeline = new Timeline();
		EventStream browser = new EventStream(response, this.json);
		CompletableFuture<?> searching = begin("answered", timeline,
				() -> this.search.run(order, order.names(), timeline));
		CompletableFuture<?> plain = begin("plain-answered", timeline,
				() -> this.plain.run(order, order.names(), timeline));
		CompletableFuture.allOf(searching, plain).whenComplete((nothing, failure) -> timeline.tell("over", ""));
		browser.send(timeline, () -> !this.watched.isWatching(timeline));
	}

	/** Ends when the last thread of the search is back, long after the answer. */
	private CompletableFuture<?> begin(String word, Timeline timeline, Callable<Answer> search) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				Answer answer = search.call();
				timeline.tell(word, answer.toString());
				return answer.rest();
			}
			catch (Exception ex) {
				timeline.tell(word, "failed: " + ex.getMessage());
				return CompletableFuture.completedFuture(null);
			}
		}, this.threads).thenCompose((rest) -> rest);
	}

	@PostMapping("/live/scopes/{id}/cancel")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void cancel(@PathVariable String id) {
		CancelScope scope = this.watched.find(id)
			.orElseThrow(() -> Problems.notFound("No such scope", "It may have ended in the meantime."));
		scope.cancel("cancelled on the page");
	}

}
