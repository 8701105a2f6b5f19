package io.cancelscope.spring;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The conditions report says why a feature is off.
 */
class ConditionsReportTests {

	private static final Class<?>[] OURS = StreamSupport
		.stream(ImportCandidates.load(AutoConfiguration.class, ConditionsReportTests.class.getClassLoader())
			.spliterator(), false)
		.filter((name) -> name.startsWith("io.cancelscope."))
		.map((name) -> ClassUtils.resolveClassName(name, null))
		.toArray(Class<?>[]::new);

	@Test
	void whatIsOffUnlessAskedForSaysWhatIsMissing() {
		Map<String, String> reasons = reasons();

		assertThat(reasons.get("CancelScopeObservationAutoConfiguration"))
			.contains("(cancel-scope.observation.enabled=true) did not find property");
		assertThat(reasons.get("CancelScopeMetricsAutoConfiguration")).contains("did not find any beans of type")
			.contains("MeterRegistry");
		assertThat(reasons.get("CancelScopeObserveModeAutoConfiguration")).contains("no mode is 'observe'");
		assertThat(reasons.get("CancelScopeActuateAutoConfiguration"))
			.contains("@ConditionalOnAvailableEndpoint not exposed");
		assertThat(reasons.get("CancelScopeLoggingAutoConfiguration.MdcConfiguration"))
			.contains("(cancel-scope.logging.mdc=true) did not find property");
	}

	@Test
	void whatIsSwitchedOffNamesTheProperty() {
		assertThat(reasons("cancel-scope.task.enabled=false").get("CancelScopeTaskAutoConfiguration"))
			.contains("found different value in property 'cancel-scope.task.enabled'");
		assertThat(reasons("cancel-scope.logging.enabled=false")
			.get("CancelScopeLoggingAutoConfiguration.DeadlineLogConfiguration"))
			.contains("found different value in property 'cancel-scope.logging.enabled'");
	}

	@Test
	void allIsOffForOneReason() {
		Map<String, String> reasons = reasons("cancel-scope.enabled=false");

		for (Class<?> ours : OURS) {
			assertThat(reasons.get(ours.getSimpleName())).as(ours.getSimpleName())
				.containsAnyOf("found different value in property 'cancel-scope.enabled'", "web application");
		}
	}

	/** Why not, by the names of the auto-configurations and their parts. */
	private static Map<String, String> reasons(String... properties) {
		Map<String, String> reasons = new TreeMap<>();
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OURS))
			.withPropertyValues(properties)
			.run((context) -> ConditionEvaluationReport.get(context.getBeanFactory())
				.getConditionAndOutcomesBySource()
				.forEach((source, outcomes) -> reasons.put(shortName(source),
						outcomes.stream()
							.filter((outcome) -> !outcome.getOutcome().isMatch())
							.map((outcome) -> outcome.getOutcome().getMessage())
							.toList()
							.toString())));
		return reasons;
	}

	private static String shortName(String source) {
		return source.substring(source.lastIndexOf('.') + 1).replace('$', '.');
	}

}
