package io.cancelscope.spring.test;

import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.test.context.ContextCustomizerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/**
 * Runs bad tests, and sees that they fail, and no other.
 */
class NoScopeLeaksTests {

	@Test
	void scopeLeftOnTheThreadFailsTheTestThatLeftItAndNoOther() {
		List<String> failures = failuresOf(ScopeOnTheThread.class);

		assertThat(failures).singleElement(InstanceOfAssertFactories.STRING)
			.startsWith("aLeaves(): ")
			.contains("scope 'quote' is still current on thread '" + Thread.currentThread().getName() + "'")
			.contains("try-with-resources");
	}

	@Test
	void interruptFlagFailsTheTestThatLeftItAndNoOther() {
		List<String> failures = failuresOf(InterruptFlag.class);

		assertThat(failures).singleElement(InstanceOfAssertFactories.STRING)
			.startsWith("aLeaves(): ")
			.contains("the interrupt flag of thread '" + Thread.currentThread().getName() + "'");
	}

	@Test
	void scopeThatIsOpenElsewhereFailsTheTestThatLeftItAndNoOther() {
		List<String> failures = failuresOf(ScopeElsewhere.class);

		assertThat(failures).singleElement(InstanceOfAssertFactories.STRING)
			.startsWith("aLeaves(): ")
			.contains("scope 'mail', opened on thread 'mailer' at " + ScopeElsewhere.class.getName())
			.contains("NoScopeLeaksTests.java:");
	}

	@Test
	void scopesOfTheBeanAreWatchedAlsoInNestedTests() {
		List<String> failures = failuresOf(ScopeOfTheBean.class);

		assertThat(failures).hasSize(2)
			.anyMatch((failure) -> failure.startsWith("leaves(): ") && failure.contains("scope 'from the bean'"))
			.anyMatch((failure) -> failure.startsWith("leavesToo(): ") && failure.contains("scope 'nested'"));
	}

	@Test
	void onlyTestsThatHaveItAreCustomized() {
		ContextCustomizerFactory factory = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(ContextCustomizerFactory.class)
			.stream()
			.filter(NoScopeLeaksContextCustomizerFactory.class::isInstance)
			.findFirst()
			.orElseThrow();

		assertThat(factory.createContextCustomizer(getClass(), List.of())).isNull();
		assertThat(factory.createContextCustomizer(ScopeOfTheBean.class, List.of())).isNotNull()
			.isEqualTo(factory.createContextCustomizer(ScopeOfTheBean.Inside.class, List.of()));
	}

	@Test
	void everyTestHereIsWatchedByAutomaticDetection() {
		EngineTestKit.Builder engine = EngineTestKit.engine("junit-jupiter").selectors(selectClass(Undeclared.class));

		assertThat(failuresOf(engine.enableImplicitConfigurationParameters(true))).hasSize(1);
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	private static List<String> failuresOf(Class<?> test) {
		return failuresOf(EngineTestKit.engine("junit-jupiter").selectors(selectClass(test)));
	}

	/** A line for each test that fails, with its name and message. */
	private static List<String> failuresOf(EngineTestKit.Builder engine) {
		return engine.configurationParameter(OnlyHere.class.getName(), "true")
			.execute()
			.testEvents()
			.failed()
			.stream()
			.map((failed) -> {
				Throwable thrown = failed.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
				return failed.getTestDescriptor().getDisplayName() + ": " + thrown.getMessage();
			})
			.toList();
	}

	@ExtendWith(OnlyHere.class)
	@ExtendWith(NoScopeLeaks.class)
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class ScopeOnTheThread {

		@Test
		void aLeaves() {
			CancelScopes.create().open(ScopeOptions.named("quote"));
		}

		@Test
		void bIsClean() {
			assertThat(CancelScope.current().name()).isEqualTo("root");
		}

	}

	@ExtendWith(OnlyHere.class)
	@ExtendWith(NoScopeLeaks.class)
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class InterruptFlag {

		@Test
		void aLeaves() {
			Thread.currentThread().interrupt();
		}

		@Test
		void bIsClean() {
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}

	}

	@ExtendWith(OnlyHere.class)
	@ExtendWith(NoScopeLeaks.class)
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class ScopeElsewhere {

		private final CancelScopes scopes = CancelScopes.builder().listener(NoScopeLeaks.listener()).build();

		@Test
		void aLeaves() throws InterruptedException {
			Thread mailer = new Thread(() -> this.scopes.open(ScopeOptions.named("mail")), "mailer");
			mailer.start();
			mailer.join();
		}

		@Test
		void bIsClean() {
			this.scopes.run(ScopeOptions.none(), CancelScope::check);
		}

	}

	@ExtendWith(OnlyHere.class)
	@SpringBootTest(classes = Application.class)
	@ExtendWith(NoScopeLeaks.class)
	static class ScopeOfTheBean {

		@Autowired
		private CancelScopes scopes;

		@Test
		void leaves() {
			this.scopes.openUnbound(ScopeOptions.named("from the bean"));
		}

		@Nested
		class Inside {

			private final OpenScope closedInTime = ScopeOfTheBean.this.scopes.openUnbound(ScopeOptions.none());

			@Test
			void leavesToo() {
				ScopeOfTheBean.this.scopes.openUnbound(ScopeOptions.named("nested"));
			}

			@AfterEach
			void close() {
				this.closedInTime.close();
			}

		}

	}

	@ExtendWith(OnlyHere.class)
	static class Undeclared {

		@Test
		void leaves() {
			CancelScopes.create().open(ScopeOptions.named("undeclared"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	/**
	 * Skips bad tests where they are found by whatever looks for tests.
	 */
	static final class OnlyHere implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			return context.getConfigurationParameter(getClass().getName()).isPresent()
					? ConditionEvaluationResult.enabled("run by NoScopeLeaksTests")
					: ConditionEvaluationResult.disabled("fails by intention; NoScopeLeaksTests runs it");
		}

	}

}
