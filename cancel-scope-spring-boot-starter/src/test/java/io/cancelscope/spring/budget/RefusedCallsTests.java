package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that are not begun are counted by their names, over the window.
 */
class RefusedCallsTests {

	/** As where calls are learnt. With none, a cancellation is told after the close. */
	private static final CancelScopeListener EVERYTHING = new CancelScopeListener() {
	};

	private final ManualTime time = new ManualTime();

	private final RefusedCalls refused = refused(2);

	private final CancelScopes scopes = scopes(this.refused);

	@Test
	void callsAreCountedByName() {
		refuse("quotes");
		refuse("quotes");
		refuse("fares");
		this.scopes.run(ScopeOptions.named("quotes"), (scope) -> scope.cancel("for another reason"));

		assertThat(this.refused.of("quotes")).isEqualTo(2);
		assertThat(this.refused.of("fares")).isOne();
		assertThat(this.refused.of("import")).isZero();
	}

	@Test
	void scopesAroundAndInsideAreNotCounted() {
		this.scopes.run(ScopeOptions.named("around"), (around) -> refuse("quotes"));
		this.scopes.run(ScopeOptions.named("fares"),
				(scope) -> this.scopes.run(ScopeOptions.named("quotes"), (inside) -> scope.cancel("shed",
						new InsufficientBudgetException(Duration.ofSeconds(2), Duration.ZERO))));

		assertThat(this.refused.of("around")).isZero();
		assertThat(this.refused.of("quotes")).isOne();
		assertThat(this.refused.of("fares")).isOne();
	}

	@Test
	void whatIsOlderThanTheWindowIsForgotten() {
		refuse("quotes");
		this.time.advance(Duration.ofMinutes(16));
		refuse("quotes");
		this.time.advance(Duration.ofMinutes(30));
		assertThat(this.refused.of("quotes")).isEqualTo(2);

		this.time.advance(Duration.ofMinutes(14));
		assertThat(this.refused.of("quotes")).isOne();
		this.time.advance(Duration.ofMinutes(60));
		assertThat(this.refused.of("quotes")).isZero();
		refuse("quotes");
		assertThat(this.refused.of("quotes")).isOne();
	}

	@Test
	void observedCallsAreCounted() {
		refuse("observed");

		assertThat(this.refused.of("observed")).isOne();
	}

	@Test
	void namesWithoutARowShareOne() {
		Stream.of("quotes", "fares", "import", "nightly").forEach(this::refuse);

		assertThat(this.refused.ofOthersThan(Set.of("quotes"))).as("all but one").isEqualTo(3);
		assertThat(this.refused.ofOthersThan(Set.of("quotes", "fares", "others"))).isEqualTo(2);
	}

	/** Also if somebody has changed its budget. */
	@ParameterizedTest
	@ValueSource(strings = { "enforce", "observe" })
	void requestThatIsOutOfTimeBeforeItBeginsIsCounted(String mode) {
		CancelScopes scopes = CancelScopes.builder()
			.timeSource(this.time)
			.listener(this.refused)
			.listener(EVERYTHING)
			.observe((name) -> mode.equals("observe"))
			.build();
		Map<String, String> properties = Map.of("cancel-scope.web.request-start", "X-Request-Start",
				"cancel-scope.web.trust-headers", "always", "cancel-scope.web.timeout", "1s");
		ScopeSettings settings = SettingsFixture.inFile(properties).settings();
		RequestScopes requests = new RequestScopes(scopes, this.time, settings,
				new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("cancel-scope.web",
						CancelScopeWebProperties.class),
				Stream::empty, (header) -> {
				});
		long now = System.currentTimeMillis();
		request(requests, now);
		assertThat(this.refused.of("GET /**")).isZero();

		request(requests, now - 10_000);

		assertThat(this.refused.of("GET /**")).isOne();
		new BudgetChanges(settings, this.time, () -> null)
			.execute(BudgetCommand.change("GET /**", Duration.ofSeconds(2), null, null, null));
		request(requests, now - 10_000);
		assertThat(this.refused.of("GET /**")).isEqualTo(2);
	}

	private static void request(RequestScopes requests, long start) {
		RequestScope request = requests.open("GET", PathContainer.parsePath("/quotes"),
				(header) -> header.equals("X-Request-Start") ? List.of("t=" + start) : List.of(), () -> null);
		request.close();
	}

	private void refuse(String name) {
		this.scopes.run(ScopeOptions.named(name),
				(scope) -> scope.cancel("shed", new InsufficientBudgetException(Duration.ofSeconds(2), Duration.ZERO)));
	}

	private RefusedCalls refused(int names) {
		return new RefusedCalls(this.time,
				new CancelScopeBudgetProperties(true, Duration.ofHours(1), 1_000, names, true));
	}

	private CancelScopes scopes(RefusedCalls refused) {
		return CancelScopes.builder()
			.timeSource(this.time)
			.listener(refused)
			.listener(EVERYTHING)
			.observe("observed"::equals)
			.build();
	}

}
