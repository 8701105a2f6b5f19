package io.cancelscope.spring.metrics;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.spring.NotBegun;
import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * The meters of the scopes of one name. Each is made when it is first needed, and kept:
 * asking a registry for a meter costs more than all else that is done for a scope.
 */
final class NameMeters {

	private static final String PREFIX = "cancel.scope.";

	private static final double[] BUDGET_STEPS = { 0.5, 0.8, 0.9, 1.0 };

	private final String name;

	private final LongAdder active = new LongAdder();

	private final AtomicReferenceArray<Timer> durations = new AtomicReferenceArray<>(ScopeOutcome.values().length);

	private final AtomicReferenceArray<DistributionSummary> budgets = new AtomicReferenceArray<>(
			ScopeOutcome.values().length);

	private final AtomicReferenceArray<Counter> late = new AtomicReferenceArray<>(1);

	private final AtomicReferenceArray<Timer> stopLatency = new AtomicReferenceArray<>(1);

	private final AtomicReferenceArray<Counter> observed = new AtomicReferenceArray<>(
			CancelReason.Kind.values().length);

	private final AtomicReferenceArray<Counter> refused = new AtomicReferenceArray<>(2 * NotBegun.values().length);

	NameMeters(String name) {
		this.name = name;
	}

	void opened() {
		this.active.increment();
	}

	void closed() {
		this.active.decrement();
	}

	void showActive(MeterRegistry registry) {
		Gauge.builder("cancel.scopes.active", this.active, LongAdder::sum)
			.description("Scopes that are open")
			.tag("name", this.name)
			.register(registry);
	}

	void duration(MeterRegistry registry, ScopeOutcome outcome, Duration elapsed) {
		meter(this.durations, outcome.ordinal(),
				() -> Timer.builder(PREFIX + "duration")
					.description("How long scopes were open")
					.tag("name", this.name)
					.tag("outcome", outcome.tag())
					.register(registry))
			.record(elapsed);
	}

	void budgetUsed(MeterRegistry registry, ScopeOutcome outcome, double fraction) {
		meter(this.budgets, outcome.ordinal(),
				() -> DistributionSummary.builder(PREFIX + "budget.used")
					.description("What part of their budget scopes used; more than 1 is too late")
					.serviceLevelObjectives(BUDGET_STEPS)
					.tag("name", this.name)
					.tag("outcome", outcome.tag())
					.register(registry))
			.record(fraction);
	}

	void late(MeterRegistry registry) {
		meter(this.late, 0,
				() -> Counter.builder(PREFIX + "late")
					.description("Scopes that ended without an exception, but after their deadline")
					.tag("name", this.name)
					.register(registry))
			.increment();
	}

	void stopLatency(MeterRegistry registry, Duration latency) {
		meter(this.stopLatency, 0,
				() -> Timer.builder(PREFIX + "stop.latency")
					.description("From the deadline of a scope until it was closed")
					.tag("name", this.name)
					.register(registry))
			.record(latency);
	}

	void observed(MeterRegistry registry, CancelReason.Kind kind) {
		meter(this.observed, kind.ordinal(),
				() -> Counter.builder(PREFIX + "observed")
					.description("Scopes that would have been cancelled, if they were not only observed")
					.tag("name", this.name)
					.tag("kind", kind.name().toLowerCase(Locale.ROOT))
					.register(registry))
			.increment();
	}

	void refused(MeterRegistry registry, NotBegun why, boolean observed) {
		meter(this.refused, 2 * why.ordinal() + (observed ? 1 : 0),
				() -> Counter.builder(PREFIX + "refused")
					.description("Scopes whose work was not begun, because too little of their budget was left")
					.tag("name", this.name)
					.tag("reason", why.tag())
					.tag("mode", observed ? "observe" : "enforce")
					.register(registry))
			.increment();
	}

	/** Two threads may both ask the registry; it gives both the same. */
	private static <M> M meter(AtomicReferenceArray<M> meters, int index, Supplier<M> factory) {
		M known = meters.get(index);
		if (known == null) {
			known = factory.get();
			meters.set(index, known);
		}
		return known;
	}

}
