package io.cancelscope.spring.metrics;

import java.time.Duration;
import java.util.Locale;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.ScopeDetails;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.NotBegun;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Measures scopes. Scopes may be opened before there is a registry, since it is asked for
 * only when all beans are there; those that also end before are not timed.
 */
final class ScopeMetrics implements CancelScopeListener, IgnoredDeadlineListener, SmartInitializingSingleton {

	private final ObjectProvider<MeterRegistry> registries;

	private final BoundedNames<NameMeters> names;

	private volatile @Nullable MeterRegistry registry;

	ScopeMetrics(ObjectProvider<MeterRegistry> registries, int maxNames) {
		this.registries = registries;
		this.names = new BoundedNames<>(maxNames, this::meters);
	}

	private NameMeters meters(String name) {
		NameMeters meters = new NameMeters(name);
		MeterRegistry registry = this.registry;
		if (registry != null) {
			meters.showActive(registry);
		}
		return meters;
	}

	/** A name that comes up meanwhile may be shown twice, which is once. */
	@Override
	public void afterSingletonsInstantiated() {
		MeterRegistry registry = this.registries.getIfUnique();
		this.registry = registry;
		if (registry != null) {
			AbandonableMeters.register(registry);
			this.names.all().values().forEach((meters) -> meters.showActive(registry));
		}
	}

	@Override
	public void opened(CancelScope scope) {
		this.names.get(scope.name()).opened();
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		MeterRegistry registry = this.registry;
		if (registry != null) {
			NameMeters meters = this.names.get(scope.name());
			meters.observed(registry, reason.kind());
			NotBegun why = NotBegun.of(scope, reason);
			if (why != null) {
				meters.refused(registry, why, true);
			}
		}
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		MeterRegistry registry = this.registry;
		NotBegun why = (registry != null) ? NotBegun.of(scope, reason) : null;
		if (registry != null && why != null) {
			this.names.get(scope.name()).refused(registry, why, false);
		}
	}

	@Override
	public void closed(CancelScope scope) {
		NameMeters meters = this.names.get(scope.name());
		meters.closed();
		MeterRegistry registry = this.registry;
		if (registry != null) {
			measure(registry, meters, scope);
		}
	}

	/** The names of headers are configured, so there are few. */
	@Override
	public void ignored(DeadlineHeader header) {
		MeterRegistry registry = this.registry;
		if (registry != null) {
			Counter.builder("cancel.scope.headers.ignored")
				.description("Deadline headers whose value could not be read")
				.tag("header", header.name().toLowerCase(Locale.ROOT))
				.register(registry)
				.increment();
		}
	}

	private static void measure(MeterRegistry registry, NameMeters meters, CancelScope scope) {
		ScopeDetails details = scope.details();
		Duration elapsed = details.elapsed();
		Duration budget = details.budget();
		if (elapsed == null) {
			return;
		}
		ScopeOutcome outcome = ScopeOutcome.of(scope, details);
		meters.duration(registry, outcome, elapsed);
		if (budget != null && !budget.isZero()) {
			meters.budgetUsed(registry, outcome, (double) elapsed.toNanos() / budget.toNanos());
		}
		if (outcome == ScopeOutcome.DEADLINE) {
			if (!details.failed()) {
				meters.late(registry);
			}
			if (details.origin() && budget != null) {
				meters.stopLatency(registry, elapsed.minus(budget));
			}
		}
	}

}
