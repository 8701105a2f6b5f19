package io.cancelscope.spring.observation;

import java.util.Locale;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.ScopeDetails;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.ScopeMap;
import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Makes an observation of each scope, below what is observed around it. The observation
 * is not made current: what the body observes has the same parent as the scope, unless
 * that is a scope itself.
 */
final class ScopeObservations implements CancelScopeListener, SmartInitializingSingleton {

	private static final int MOST_NAMES = 200;

	private static final CancelScopeObservationConvention DEFAULT = new DefaultCancelScopeObservationConvention();

	private final ObjectProvider<ObservationRegistry> registries;

	private final ObjectProvider<CancelScopeObservationConvention> conventions;

	private final BoundedNames<String> names = new BoundedNames<>(MOST_NAMES, (name) -> name);

	private final ScopeMap<Observed> open = new ScopeMap<>();

	private volatile @Nullable ObservationRegistry registry;

	private volatile @Nullable CancelScopeObservationConvention convention;

	ScopeObservations(ObjectProvider<ObservationRegistry> registries,
			ObjectProvider<CancelScopeObservationConvention> conventions) {
		this.registries = registries;
		this.conventions = conventions;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.convention = this.conventions.getIfUnique();
		this.registry = this.registries.getIfUnique();
	}

	@Override
	public void opened(CancelScope scope) {
		ObservationRegistry registry = this.registry;
		if (registry == null || registry.isNoop()) {
			return;
		}
		ScopeDetails details = scope.details();
		CancelScopeObservationContext context = new CancelScopeObservationContext(scope.name(),
				this.names.get(scope.name()), details.budget());
		Observation observation = Observation.createNotStarted(this.convention, DEFAULT, () -> context, registry);
		Observation around = registry.getCurrentObservation();
		Observation parent = parent(details.parent(), around);
		if (parent != null) {
			observation.parentObservation(parent);
		}
		observation.start();
		this.open.put(scope, new Observed(observation, context, around));
	}

	/**
	 * The scope around, unless something else that is observed lies between: then what is
	 * current is not what it was when that scope was opened.
	 */
	private @Nullable Observation parent(@Nullable CancelScope scope, @Nullable Observation around) {
		Observed parent = (scope != null) ? this.open.get(scope) : null;
		return (parent != null && (around == null || around == parent.around)) ? parent.observation : around;
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		Observed observed = this.open.get(scope);
		if (observed != null) {
			observed.observation.event(
					Observation.Event.of("cancelled", "cancelled: " + reason.kind().name().toLowerCase(Locale.ROOT)));
		}
	}

	@Override
	public void closed(CancelScope scope) {
		Observed observed = this.open.remove(scope);
		if (observed == null) {
			return;
		}
		observed.context.setOutcome(ScopeOutcome.of(scope, scope.details()));
		Throwable cause = scope.reason().map(CancelReason::cause).orElse(null);
		if (cause != null) {
			observed.observation.error(cause);
		}
		observed.observation.stop();
	}

	/**
	 * The observation of an open scope, and what was current around it.
	 */
	private record Observed(Observation observation, CancelScopeObservationContext context,
			@Nullable Observation around) {

	}

}
