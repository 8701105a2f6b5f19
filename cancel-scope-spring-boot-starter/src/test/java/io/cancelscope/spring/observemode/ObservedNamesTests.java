package io.cancelscope.spring.observemode;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a scope that opens is only observed, while modes change.
 */
class ObservedNamesTests {

	@Test
	void answersFollowChanges() {
		check(Map.of());
		check(Map.of("cancel-scope.modes.import", "observe"));
	}

	private static void check(Map<String, Object> properties) {
		ScopeSettings settings = settings(properties);
		BudgetChanges changes = new BudgetChanges(settings, new ManualTime(), () -> null);
		ObservedNames names = new ObservedNames(settings);
		assertThat(names.test("quotes")).isFalse();

		changes.execute(BudgetCommand.change("quotes", null, Mode.OBSERVE, null, null));
		assertThat(names.test("quotes")).isTrue();
		assertThat(names.test("other")).isFalse();
		changes.execute(BudgetCommand.change("quotes", null, Mode.ENFORCE, null, null));
		assertThat(names.test("quotes")).isFalse();
		changes.execute(BudgetCommand.change(null, null, Mode.OBSERVE, null, null));
		assertThat(names.test("seen during a change for the first time")).isTrue();
		changes.execute(BudgetCommand.reset(null, null));

		assertThat(names.test("quotes")).isFalse();
		assertThat(names.test("seen during a change for the first time")).isFalse();
	}

	@Test
	void changeOfATimeoutLeavesTheConfiguredMode() {
		ScopeSettings settings = settings(Map.of("cancel-scope.modes.import", "observe"));
		BudgetChanges changes = new BudgetChanges(settings, new ManualTime(), () -> null);
		ObservedNames names = new ObservedNames(settings);

		changes.execute(BudgetCommand.change(null, Duration.ofSeconds(1), null, null, null));

		assertThat(names.test("import")).isTrue();
		assertThat(names.test("quotes")).isFalse();
	}

	private static ScopeSettings settings(Map<String, Object> properties) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
		return ScopeSettings.of(Binder.get(environment).bindOrCreate("cancel-scope", CancelScopeProperties.class),
				environment);
	}

}
