package io.cancelscope.benchmarks.stops;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Requests to the application, for the scenario that has them now.
 */
@RestController
class Entrance {

	private volatile Handler handler = (id) -> {
	};

	void leadsTo(Handler handler) {
		this.handler = handler;
	}

	@GetMapping("/trips/{id}")
	String find(@PathVariable int id) throws Exception {
		this.handler.handle(id);
		return "found";
	}

	/** What a request does. */
	interface Handler {

		void handle(int id) throws Exception;

	}

}
