package io.cancelscope.spring.settings;

import java.util.Map;
import java.util.stream.Stream;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A key that fits no scope is logged once at start-up; one that may fit a scope never is.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnusedNamesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withUserConfiguration(NamesApplication.class);

	@Test
	void misspeltNameIsLoggedOnceWithTheNearest(CapturedOutput output) {
		run("cancel-scope.timeouts.QuoteServise.best=2s", "cancel-scope.modes.quoteservice.best=enforce");

		assertThat(warnings(output)).hasSize(2)
			.anyMatch((line) -> line.endsWith("The property 'cancel-scope.timeouts.QuoteServise.best' has no effect: no"
					+ " scope that is known at start-up has the name 'QuoteServise.best'. The nearest name is"
					+ " 'QuoteService.best': write 'cancel-scope.timeouts.QuoteService.best'. Budgets are set for"
					+ " annotated methods and for requests; if code asks ScopeSettings for this one, make the name known"
					+ " by a ScopeNames bean."))
			.anyMatch((line) -> line
				.endsWith("The property 'cancel-scope.modes.quoteservice.best' has no effect: no scope"
						+ " that is known at start-up has the name 'quoteservice.best'. The nearest name is"
						+ " 'QuoteService.best': write 'cancel-scope.modes.QuoteService.best'. If code opens a scope of this"
						+ " name, make the name known by a ScopeNames bean."));
	}

	@Test
	void misspeltVariableIsLoggedWithTheNearest(CapturedOutput output) {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("CANCEL_SCOPE_TIMEOUTS_QUOTESERVISE_BEST", "2s"))))
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).singleElement()
			.asString()
			.contains("The environment variable 'CANCEL_SCOPE_TIMEOUTS_QUOTESERVISE_BEST' has no effect",
					"The nearest name is 'QuoteService.best'");
	}

	@Test
	void nothingIsSuggestedThatIsNotAlike(CapturedOutput output) {
		run("cancel-scope.timeouts.nocturnal=2s");

		assertThat(warnings(output)).singleElement().asString().contains("'nocturnal'. Budgets are set for");
	}

	@Test
	void patternThatFitsNothingIsLogged(CapturedOutput output) {
		run("cancel-scope.timeouts[QuoteServ.*]=2s", "cancel-scope.modes[Quote*]=observe");

		assertThat(warnings(output)).singleElement()
			.asString()
			.contains(
					"'cancel-scope.timeouts[QuoteServ.*]' has no effect: no scope that is known at start-up has a name"
							+ " that matches 'QuoteServ.*'.");
	}

	/** Scopes that code opens do not read it. */
	@Test
	void requiredBudgetOfWhatNeverRequiresOneIsLogged(CapturedOutput output) {
		run("cancel-scope.requires.import=auto", "cancel-scope.requires.QuoteService.best=auto");

		assertThat(warnings(output)).singleElement()
			.asString()
			.contains("'cancel-scope.requires.import' has no effect",
					"Only annotated methods, requests and gRPC calls have a required budget");
	}

	@ParameterizedTest
	@ValueSource(strings = { "QuoteService.best", "seats", "LazyService.find", "PrototypeService.find",
			"ScheduledService.tick", "AsyncService.send", "Clients.call", "import", "nightly" })
	void nameOfAScopeIsKnown(String name, CapturedOutput output) {
		run("cancel-scope.timeouts." + name + "=2s", "cancel-scope.modes." + name + "=observe");

		assertThat(warnings(output)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "QuoteService.best", "LazyService.find", "PrototypeService.find", "ScheduledService.tick" })
	void nameIsKnownWhereTheAspectWeaves(String name, CapturedOutput output) {
		run("cancel-scope.weaving=aspect", "cancel-scope.timeouts." + name + "=2s",
				"cancel-scope.timeouts.QuoteServise.best=2s");

		assertThat(warnings(output)).singleElement().asString().contains("QuoteServise.best");
	}

	@Test
	void nothingIsSaidOfAKeyThatAStrongerOneReplaces(CapturedOutput output) {
		run("cancel-scope.timeouts.QuoteService.best=2s", "cancel-scope.timeouts[QuoteService.b*]=3s",
				"cancel-scope.timeouts[Quote*]=3s");

		assertThat(warnings(output)).isEmpty();
	}

	/** The class of such a bean is known when it is created. */
	@ParameterizedTest
	@ValueSource(strings = { "HiddenImplementation.find", "Fares.fare", "anything" })
	void nothingIsSaidWhereALazyBeanMayHaveTheName(String name, CapturedOutput output) {
		this.runner.withUserConfiguration(LazyNamesApplication.class)
			.withPropertyValues("cancel-scope.timeouts." + name + "=2s")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void lazyBeansAreNotCreatedForTheCheck(CapturedOutput output) {
		this.runner.withUserConfiguration(LazyNamesApplication.class)
			.withPropertyValues("cancel-scope.timeouts.nothing.here=2s")
			.run((context) -> {
				assertThat(context.getBeanFactory().containsSingleton("lazyService")).isFalse();
				assertThat(context.getBeanFactory().containsSingleton("hidden")).isFalse();
			});

		assertThat(warnings(output)).hasSize(1);
	}

	@Test
	void variableThatFitsTwoScopesFailsTheStartUp() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("CANCEL_SCOPE_MODES_LAZYSERVICE_FIND", "observe"))))
			.withBean(ScopeNames.class, () -> ScopeNames.of("lazy-service find"))
			.run((context) -> assertThat(context).getFailure()
				.hasMessageStartingWith(
						"The environment variable CANCEL_SCOPE_MODES_LAZYSERVICE_FIND=observe matches two scopes, '")
				.hasMessageContainingAll("'LazyService.find'", "'lazy-service find'",
						". Remove it, and set a property"));
	}

	private void run(String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> assertThat(context).hasNotFailed());
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".SettingsCheck "));
	}

}
