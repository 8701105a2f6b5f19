package io.cancelscope.spring.budget;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.budget.BudgetDescriptor.InForce;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.spring.observemode.ObservedCancellations;
import io.cancelscope.testing.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * From nothing to an enforced budget, as {@code docs/guides/budgets.md} tells it, and
 * through a slow day. Hours pass on {@link ManualTime}.
 */
class BudgetStoryTests {

	private static final String NAME = "Supplier.ask";

	private static final Duration BETWEEN_CALLS = Duration.ofSeconds(2);

	/** With the time between them, a little less than an hour. */
	private static final int CALLS_OF_AN_HOUR = 1_600;

	private final ManualTime time = new ManualTime();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeObserveModeAutoConfiguration.class,
				CancelScopeBudgetAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(Supplier.class, () -> new Supplier(this.time))
		// At least an hour and a half of it is whole.
		.withPropertyValues("management.endpoints.web.exposure.include=cancelbudgets",
				"management.endpoint.cancelbudgets.access=UNRESTRICTED", "cancel-scope.budget.window=2h");

	@Test
	void budgetIsLearntCopiedEnforcedAndChangedOnASlowDay() {
		List<String> properties = new ArrayList<>();
		this.runner.withPropertyValues("cancel-scope.mode=observe", "cancel-scope.timeouts." + NAME + "=500ms")
			.run((context) -> properties.addAll(observed(context)));

		assertThat(properties).containsExactly("cancel-scope.timeouts." + NAME + "=800ms");
		this.runner.withPropertyValues(properties.toArray(String[]::new)).run((context) -> {
			ordinaryHour(context);
			slowQuarter(context);
			changedForAnHour(context);
			recovery(context);
		});
	}

	/** Too small a budget stops nothing yet. Returns the lines that are suggested. */
	private List<String> observed(ApplicationContext context) throws IOException {
		callAllOfAnHour(context.getBean(Supplier.class));

		BudgetDescriptor learnt = learnt(context);
		assertThat(learnt.mode()).isEqualTo("observe");
		assertThat(learnt.completed()).isEqualTo(CALLS_OF_AN_HOUR);
		assertThat(learnt.stopped()).isZero();
		assertThat(learnt.wouldStop()).isNotNull().extracting(BudgetDescriptor.WouldStop::same).isEqualTo(4L);
		assertThat(context.getBean(ObservedCancellations.class).countByName()).containsEntry(NAME, 4L);
		assertThat(learnt.suggestion().reason())
			.isEqualTo("p99.9 of 1,600 calls is 630ms; 800ms would stop none of them");

		Object text = context.getBean(CancelBudgetsEndpointWebExtension.class)
			.budgets(BudgetsContent.TABLE, "properties")
			.getBody();
		Properties lines = new Properties();
		lines.load(new StringReader(String.valueOf(text)));
		return lines.stringPropertyNames().stream().map((key) -> key + "=" + lines.getProperty(key)).toList();
	}

	private void ordinaryHour(ApplicationContext context) {
		callAllOfAnHour(context.getBean(Supplier.class));

		BudgetDescriptor learnt = learnt(context);
		assertThat(learnt.mode()).isEqualTo("enforce");
		assertThat(learnt.budget()).isEqualTo(new InForce(800, "cancel-scope.timeouts." + NAME));
		assertThat(learnt.completed()).isEqualTo(CALLS_OF_AN_HOUR);
		assertThat(learnt.stopped()).isZero();
		assertThat(learnt.hints()).isEmpty();
	}

	private void slowQuarter(ApplicationContext context) {
		Supplier supplier = context.getBean(Supplier.class);
		for (int i = 0; i < 300; i++) {
			long begun = this.time.nanoTime();
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> supplier.ask(1_300))
				.withMessage("scope '" + NAME + "' (800ms) exceeded its deadline");
			assertThat(Duration.ofNanos(this.time.nanoTime() - begun)).isEqualTo(Duration.ofMillis(800));
			this.time.advance(BETWEEN_CALLS);
		}

		BudgetDescriptor learnt = learnt(context);
		assertThat(learnt.stopped()).isEqualTo(300);
		assertThat(learnt.suggestion().timeout()).as("nobody knows how long they would have taken").isNull();
		assertThat(learnt.suggestion().reason()).contains("of the calls were stopped");
		assertThat(learnt.wouldStop()).isNotNull()
			.extracting(BudgetDescriptor.WouldStop::twice)
			.as("twice the budget might have stopped them, too")
			.isEqualTo(300L);
	}

	/** Somebody gives the slow calls more time, and the change ends by itself. */
	private void changedForAnHour(ApplicationContext context) {
		CancelBudgetsEndpoint endpoint = context.getBean(CancelBudgetsEndpoint.class);
		Supplier supplier = context.getBean(Supplier.class);

		endpoint.change(NAME, "2s", null, "1h", "alice");

		for (int i = 0; i < 100; i++) {
			assertThat(supplier.ask(1_300)).isEqualTo("fare");
			this.time.advance(BETWEEN_CALLS);
		}
		BudgetDescriptor learnt = learnt(context);
		assertThat(learnt.budget()).isEqualTo(new InForce(2_000, "changed by alice"));
		assertThat(learnt.stopped()).as("only those before the change").isEqualTo(300);
		this.time.advance(Duration.ofHours(1));
		// Another thread takes back what has ended.
		Awaitility.await().untilAsserted(() -> assertThat(learnt(context).change()).isNull());
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> supplier.ask(1_300))
			.withMessage("scope '" + NAME + "' (800ms) exceeded its deadline");
	}

	/** What was stopped is forgotten in the night. */
	private void recovery(ApplicationContext context) {
		this.time.advance(Duration.ofHours(8));
		callAllOfAnHour(context.getBean(Supplier.class));

		BudgetDescriptor learnt = learnt(context);
		assertThat(learnt.stopped()).isZero();
		assertThat(learnt.suggestion().timeout()).isEqualTo(800);
	}

	private void callAllOfAnHour(Supplier supplier) {
		for (int i = 0; i < CALLS_OF_AN_HOUR; i++) {
			supplier.ask((i % 400 == 0) ? 630 : 20 + i % 10 * 10);
			this.time.advance(BETWEEN_CALLS);
		}
	}

	private static BudgetDescriptor learnt(ApplicationContext context) {
		BudgetDescriptor found = context.getBean(CancelBudgetsEndpoint.class).budget(new String[] { NAME });
		assertThat(found).isNotNull();
		return found;
	}

	static class Supplier {

		private final ManualTime time;

		Supplier(ManualTime time) {
			this.time = time;
		}

		/** Answers after some time, and checks every ten milliseconds. */
		@CancelScoped
		String ask(int millis) {
			for (int i = 0; i < millis / 10; i++) {
				this.time.advance(Duration.ofMillis(10));
				CancelScope.current().check();
			}
			return "fare";
		}

	}

}
