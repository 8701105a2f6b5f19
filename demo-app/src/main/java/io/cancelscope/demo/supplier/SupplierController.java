package io.cancelscope.demo.supplier;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.demo.problem.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The suppliers' side: what they answer, after a delay that stands for the network, and
 * the switches that make them slow, failing or hanging.
 */
@RestController
@RequestMapping("/suppliers")
class SupplierController {

	private final Suppliers suppliers;

	private final Fares fares;

	SupplierController(Suppliers suppliers, Fares fares) {
		this.suppliers = suppliers;
		this.fares = fares;
	}

	/**
	 * No thread waits here, however many suppliers hang: the future is completed late.
	 */
	@GetMapping("/{name}/fares")
	CompletableFuture<List<Fare>> fares(@PathVariable String name, @RequestParam String from, @RequestParam String to,
			@RequestParam(required = false) @Nullable String behaviour,
			@RequestParam(required = false) @Nullable String latency) {
		String supplier = this.suppliers.known(name);
		Setting setting = (behaviour != null) ? Setting.of(behaviour, latency) : this.suppliers.setting(supplier);
		List<Fare> found = this.fares.find(supplier, from, to);
		return new CompletableFuture<List<Fare>>()
			.completeOnTimeout(found, setting.latency().toNanos(), TimeUnit.NANOSECONDS)
			.thenApply((answer) -> answer(setting.behaviour(), supplier, answer));
	}

	private List<Fare> answer(Behaviour behaviour, String supplier, List<Fare> fares) {
		return switch (behaviour) {
			case FAST, SLOW -> fares;
			case HANGING ->
				throw Problems.of(HttpStatus.GATEWAY_TIMEOUT, "Supplier gave up", supplier + " hung until it gave up");
			case FAILING -> throw Problems.of(HttpStatus.SERVICE_UNAVAILABLE, "Supplier is down",
					supplier + " is closed for repairs");
		};
	}

	@GetMapping
	List<Supplier> all() {
		return this.suppliers.names().stream().map(this::supplier).toList();
	}

	@RequestMapping(path = "/{name}", method = { RequestMethod.PUT, RequestMethod.POST })
	Supplier set(@PathVariable String name, @RequestBody Change change) {
		String supplier = this.suppliers.known(name);
		if (change.behaviour() == null) {
			throw Problems.badRequest("No behaviour",
					"Say how the supplier shall behave, such as {\"behaviour\": \"slow\", \"latency\": \"300ms\"}.");
		}
		this.suppliers.set(supplier, Setting.of(change.behaviour(), change.latency()));
		return supplier(supplier);
	}

	/** Makes a supplier behave again as it did at first. */
	@DeleteMapping("/{name}")
	Supplier reset(@PathVariable String name) {
		String supplier = this.suppliers.known(name);
		this.suppliers.reset(supplier);
		return supplier(supplier);
	}

	private Supplier supplier(String known) {
		Setting setting = this.suppliers.setting(known);
		return new Supplier(known, setting.behaviour(), setting.latency().toMillis() + "ms");
	}

	/** A supplier as people see it. */
	record Supplier(String name, Behaviour behaviour, String latency) {
	}

	/** What people want to change about one. */
	record Change(@Nullable String behaviour, @Nullable String latency) {
	}

}
