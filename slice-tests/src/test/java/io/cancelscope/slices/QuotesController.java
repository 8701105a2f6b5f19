package io.cancelscope.slices;

import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.testing.ManualTime;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves requests of either kind.
 */
@RestController
class QuotesController {

	private final Quotes quotes;

	private final CancelScopes scopes;

	private final ObjectProvider<ManualTime> time;

	QuotesController(Quotes quotes, CancelScopes scopes, ObjectProvider<ManualTime> time) {
		this.quotes = quotes;
		this.scopes = scopes;
		this.time = time;
	}

	@GetMapping("/quotes")
	String best() {
		return this.quotes.best();
	}

	@GetMapping("/late")
	String late() {
		this.time.getObject().advance(Duration.ofMinutes(1));
		this.scopes.check();
		return "late";
	}

}
