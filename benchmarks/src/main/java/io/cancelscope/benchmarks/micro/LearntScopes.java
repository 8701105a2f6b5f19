package io.cancelscope.benchmarks.micro;

import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.UsualTime;
import io.cancelscope.spring.UsualTimes;
import io.cancelscope.spring.budget.CancelScopeBudgetProperties;

/**
 * What it costs to learn how long calls take: for the endpoint of budgets, which listens
 * to all scopes, and for {@code requires = "auto"}, which measures the calls itself.
 */
final class LearntScopes {

	private static final ScopeOptions DEADLINE = ScopeOptions.named("quotes").withTimeout(Duration.ofHours(1));

	private static final CancelScopes PLAIN = CancelScopes.create();

	private static final CancelScopes WATCHED = CancelScopes.builder().listener(new CancelScopeListener() {
	}).build();

	private static final CancelScopes LEARNT = CancelScopes.builder().listener(learning()).build();

	private static final UsualTime USUAL = new UsualTimes(TimeSource.system()).of("quotes");

	private LearntScopes() {
	}

	static Map<String, IntConsumer> all() {
		Map<String, IntConsumer> all = new LinkedHashMap<>();
		all.put("open, named", (times) -> open(PLAIN, times));
		all.put("open, named, watched", (times) -> open(WATCHED, times));
		all.put("open, named, learnt", (times) -> open(LEARNT, times));
		all.put("open, named, usual", LearntScopes::openUsual);
		return all;
	}

	/**
	 * The class is not public: the auto-configuration makes it, which needs an actuator.
	 */
	private static CancelScopeListener learning() {
		try {
			Constructor<?> constructor = Class.forName("io.cancelscope.spring.budget.LearntBudgets")
				.getDeclaredConstructor(TimeSource.class, CancelScopeBudgetProperties.class);
			constructor.setAccessible(true);
			return (CancelScopeListener) constructor.newInstance(TimeSource.system(),
					new CancelScopeBudgetProperties(true, Duration.ofHours(1), 1_000, 200, true));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void open(CancelScopes scopes, int times) {
		for (int i = 0; i < times; i++) {
			try (OpenScope scope = scopes.open(DEADLINE)) {
				scope.check();
			}
		}
	}

	private static void openUsual(int times) {
		for (int i = 0; i < times; i++) {
			try (OpenScope scope = PLAIN.open(DEADLINE)) {
				UsualTime.Call call = USUAL.begin(scope);
				scope.check();
				call.completed();
			}
		}
	}

}
