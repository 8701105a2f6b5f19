package io.cancelscope.demo.quote;

import java.util.HashMap;
import java.util.Map;

import io.cancelscope.demo.problem.Problems;
import io.cancelscope.demo.supplier.Airports;
import io.cancelscope.demo.supplier.Behaviour;
import io.cancelscope.demo.supplier.Setting;
import io.cancelscope.demo.supplier.Suppliers;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Understands a request for quotes and hands it on.
 */
@RestController
class QuoteController {

	private final QuoteService quotes;

	private final Airports airports;

	private final Suppliers suppliers;

	QuoteController(QuoteService quotes, Airports airports, Suppliers suppliers) {
		this.quotes = quotes;
		this.airports = airports;
		this.suppliers = suppliers;
	}

	@GetMapping("/quotes")
	QuoteAnswer quotes(@RequestParam String from, @RequestParam String to,
			@RequestParam(required = false) @Nullable String budget,
			@RequestParam(required = false) @Nullable String mode,
			@RequestParam(required = false) @Nullable String suppliers,
			@RequestParam(defaultValue = "fast") String history) {
		String origin = this.airports.known(from);
		String destination = this.airports.known(to);
		if (origin.equals(destination)) {
			throw Problems.badRequest("No trip", "A trip from " + origin + " to " + origin + " needs no flight.");
		}
		return this.quotes.find(new QuoteRequest(origin, destination, Budget.parse(budget), Mode.parse(mode),
				overrides(suppliers), Behaviour.of(history)));
	}

	/** Reads {@code aurora:hanging,eos:slow:3s}. */
	private Map<String, Setting> overrides(@Nullable String text) {
		Map<String, Setting> overrides = new HashMap<>();
		if (text != null) {
			for (String override : text.split(",", -1)) {
				String[] parts = override.strip().split(":", -1);
				if (parts.length < 2 || parts.length > 3) {
					throw Problems.badRequest("Not an override",
							Problems.quote(override)
									+ " says nothing about a supplier. Write name:behaviour or name:behaviour:latency"
									+ " for each, such as suppliers=aurora:hanging,eos:slow:3s.");
				}
				overrides.put(this.suppliers.known(parts[0]),
						Setting.of(parts[1], (parts.length == 3) ? parts[2] : null));
			}
		}
		return overrides;
	}

}
