package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.budget.BudgetDescriptor.InForce;
import io.cancelscope.spring.budget.BudgetDescriptor.WouldStop;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * What is learnt of scopes, and shown beside their budgets.
 */
@ExtendWith(OutputCaptureExtension.class)
class LearntBudgetsTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=cancelbudgets";

	private final ManualTime time = new ManualTime();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeObserveModeAutoConfiguration.class,
				CancelScopeBudgetAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time);

	@Test
	void callsAreLearntByTheirOutcome() {
		run((scopes, endpoint) -> {
			take(scopes, 100, (scope) -> {
			});
			take(scopes, 300, (scope) -> {
			});
			take(scopes, 600, CancelScope::check);
			take(scopes, 700, (scope) -> {
			});
			take(scopes, 50, CancelScope::cancel);
			take(scopes, 50, (scope) -> {
				throw new IllegalStateException("broken");
			});

			BudgetDescriptor learnt = one(endpoint, "quotes");
			assertThat(learnt.calls()).isEqualTo(6);
			assertThat(learnt.completed()).as("two in time, one late").isEqualTo(3);
			assertThat(learnt.stopped()).isOne();
			assertThat(learnt.duration().p50()).isBetween(300.0, 303.0);
			assertThat(learnt.duration().max()).isBetween(700.0, 707.0);
			assertThat(learnt.budgetUsed().max()).isBetween(1.4, 1.42);
			assertThat(learnt.budget()).isEqualTo(new InForce(500, "the last call"));
			assertThat(learnt.wouldStop()).isEqualTo(new WouldStop(3, 2, 1));
		});
	}

	@Test
	void callOnAnotherTimeIsAddedToTheWindowOfThisOne() {
		LearntBudgets learnt = new LearntBudgets(this.time,
				new CancelScopeBudgetProperties(true, Duration.ofHours(1), 10, 1, true));
		ManualTime other = new ManualTime();
		other.advance(Duration.ofDays(10));

		CancelScopes.builder()
			.timeSource(other)
			.listener(learnt)
			.build()
			.run(ScopeOptions.named("quotes"), (scope) -> other.advance(Duration.ofMillis(100)));

		CallWindow calls = learnt.all().get("quotes");
		assertThat(calls.sum(learnt.now()).completed()).isOne();
		this.time.advance(Duration.ofHours(2));
		assertThat(calls.sum(learnt.now()).completed()).isZero();
	}

	@Test
	void callsThatAreNotBegunAreShown() {
		run((scopes, endpoint) -> {
			take(scopes, 100, (scope) -> {
			});
			take(scopes, 0, (scope) -> scope.cancel("it requires 2s",
					new InsufficientBudgetException(Duration.ofSeconds(2), Duration.ofMillis(500))));

			BudgetDescriptor learnt = one(endpoint, "quotes");
			assertThat(learnt.refused()).isOne();
			assertThat(learnt.calls()).isEqualTo(2);
			assertThat(learnt.stopped()).as("the budget is not too small for it").isZero();
		});
	}

	@Test
	void budgetIsNamedWithWhatSetsIt() {
		this.runner.withBean(Quotes.class)
			.withPropertyValues(EXPOSED, "cancel-scope.timeouts.Quotes.second=800ms", "cancel-scope.default-timeout=5s",
					"cancel-scope.modes.Quotes.second=observe")
			.run((context) -> {
				Quotes quotes = context.getBean(Quotes.class);
				quotes.first();
				quotes.second();
				quotes.third();

				assertThat(context.getBean(CancelBudgetsEndpoint.class).budgets().budgets())
					.extracting(BudgetDescriptor::name, BudgetDescriptor::budget, BudgetDescriptor::mode)
					.containsExactly(tuple("Quotes.first", new InForce(300, "@CancelScoped"), "enforce"),
							tuple("Quotes.second", new InForce(800, "cancel-scope.timeouts.Quotes.second"), "observe"),
							tuple("Quotes.third", new InForce(5_000, "cancel-scope.default-timeout"), "enforce"));
			});
	}

	@Test
	void observedCallsTellHowLongTheyTake() {
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.mode=observe", "cancel-scope.budget.min-calls=1")
			.run((context) -> {
				take(context.getBean(CancelScopes.class), 900, CancelScope::check);

				BudgetDescriptor learnt = one(context.getBean(CancelBudgetsEndpoint.class), "quotes");
				assertThat(learnt.completed()).isOne();
				assertThat(learnt.stopped()).isZero();
				assertThat(learnt.wouldStop()).isEqualTo(new WouldStop(1, 1, 0));
				assertThat(learnt.suggestion().timeout()).isEqualTo(1_200);
			});
	}

	@Test
	void callsOutsideTheWindowAreForgotten() {
		run((scopes, endpoint) -> {
			take(scopes, 100, (scope) -> {
			});
			this.time.advance(Duration.ofMinutes(61));

			BudgetDescriptor learnt = one(endpoint, "quotes");
			assertThat(learnt.calls()).isZero();
			assertThat(learnt.duration()).isNull();
			assertThat(learnt.budgetUsed()).isNull();
		});
	}

	@Test
	void namesAreBounded() {
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.budget.max-names=1").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			for (String name : List.of("a", "b", "c")) {
				scopes.run(ScopeOptions.named(name).withTimeout(Duration.ofSeconds(1)), (scope) -> {
				});
			}

			assertThat(context.getBean(CancelBudgetsEndpoint.class).budgets().budgets())
				.extracting(BudgetDescriptor::name, BudgetDescriptor::calls, BudgetDescriptor::budget)
				.containsExactly(tuple("a", 1L, new InForce(1_000, "the last call")), tuple("others", 2L, null));
		});
	}

	@Test
	void whatIsOddIsLoggedOnceWhenAPartOfTheWindowBegins(CapturedOutput output) {
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.budget.min-calls=2").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			for (int i = 0; i < 10; i++) {
				take(scopes, 490, (scope) -> {
				});
				this.time.advance(Duration.ofMinutes(6));
			}
			await().atMost(Duration.ofSeconds(30)).until(() -> output.toString().contains("is used up"));
		});
		assertThat(output).containsOnlyOnce("The budget of scope 'quotes' is used up: half of its calls use more than"
				+ " 90 % of their budget. See the endpoint 'cancelbudgets'. To log no such lines, set"
				+ " cancel-scope.budget.check to false");
		assertThat(output).doesNotContain("'quotes' has no");
	}

	@Test
	void nothingIsLoggedWhereTheCheckIsOff(CapturedOutput output) {
		this.runner
			.withPropertyValues(EXPOSED, "cancel-scope.budget.min-calls=1", "cancel-scope.budget.check=false",
					"cancel-scope.default-timeout=1s", "spring.http.clients.read-timeout=1m")
			.run((context) -> {
				take(context.getBean(CancelScopes.class), 490, (scope) -> {
				});
				this.time.advance(Duration.ofMinutes(20));
				take(context.getBean(CancelScopes.class), 490, (scope) -> {
				});
				assertThat(context.getBean(CancelBudgetsEndpoint.class).budgets().hints()).hasSize(1);
				assertThat(one(context.getBean(CancelBudgetsEndpoint.class), "quotes").hints()).hasSize(1);
			});
		assertThat(output).doesNotContain("is used up", "A timeout is longer than every budget");
	}

	@Test
	void unknownNameIsNotFound() {
		run((scopes, endpoint) -> assertThat(endpoint.budget(new String[] { "GET ", "orders" })).isNull());
	}

	@Test
	void nothingIsLearntUnlessTheEndpointIsThere() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(LearntBudgets.class));
		this.runner.withPropertyValues(EXPOSED, "management.endpoint.cancelbudgets.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(LearntBudgets.class));
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.budget.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LearntBudgets.class));
		this.runner.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader("org.HdrHistogram"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeLearntBudgets"));
		this.runner.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeLearntBudgets"));
	}

	@Test
	void badPropertiesAreRefused() {
		assertThatThrownBy(() -> new CancelScopeBudgetProperties(true, Duration.ofMillis(999), 1, 1, true))
			.hasMessageContaining("cancel-scope.budget.window")
			.hasMessageContaining("999ms");
		assertThatThrownBy(() -> new CancelScopeBudgetProperties(true, Duration.ofHours(1), 0, 1, true))
			.hasMessageContaining("cancel-scope.budget.min-calls");
		assertThatThrownBy(() -> new CancelScopeBudgetProperties(true, Duration.ofHours(1), 1, -1, true))
			.hasMessageContaining("cancel-scope.budget.max-names");
	}

	private static BudgetDescriptor one(CancelBudgetsEndpoint endpoint, String name) {
		BudgetDescriptor found = endpoint.budget(new String[] { name });
		assertThat(found).isNotNull();
		return found;
	}

	private void take(CancelScopes scopes, int millis, Consumer<CancelScope> end) {
		catchThrowable(() -> scopes.run(ScopeOptions.named("quotes").withTimeout(Duration.ofMillis(500)), (scope) -> {
			this.time.advance(Duration.ofMillis(millis));
			end.accept(scope);
		}));
	}

	private void run(Use use) {
		this.runner.withPropertyValues(EXPOSED)
			.run((context) -> use.of(context.getBean(CancelScopes.class),
					context.getBean(CancelBudgetsEndpoint.class)));
	}

	private interface Use {

		void of(CancelScopes scopes, CancelBudgetsEndpoint endpoint);

	}

	static class Quotes {

		@CancelScoped("300ms")
		void first() {
		}

		@CancelScoped("300ms")
		void second() {
		}

		@CancelScoped
		void third() {
		}

	}

}
