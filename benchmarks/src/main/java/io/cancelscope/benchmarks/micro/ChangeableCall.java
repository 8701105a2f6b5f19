package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.logging.CancelScopeLoggingAutoConfiguration;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A call of a bean's method with {@code @CancelScoped}, in an application whose budgets
 * can be changed at run time, and in one whose budgets can not. Both log deadlines, as
 * every application does unless it switches that off. Without what learns how long calls
 * take: that is measured by itself, in {@link LearntScopes}.
 */
final class ChangeableCall {

	private ChangeableCall() {
	}

	static Map<String, IntConsumer> all() {
		Map<String, IntConsumer> all = new LinkedHashMap<>();
		all.put("call", calls(LoggingConfiguration.class, null));
		all.put("call, changeable", calls(ChangeableConfiguration.class, null));
		all.put("call, another changed", calls(ChangeableConfiguration.class, "another"));
		all.put("call, changed", calls(ChangeableConfiguration.class, "Scoped.work"));
		return all;
	}

	/** The application stays open until the JVM ends. */
	private static IntConsumer calls(Class<?> configuration, @Nullable String changed) {
		AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext(configuration);
		Advised.Scoped bean = application.getBean(Advised.Scoped.class);
		if (changed != null) {
			application.getBean(BudgetChanges.class)
				.execute(BudgetCommand.change(changed, Duration.ofMinutes(1), null, null, null));
		}
		return (times) -> {
			for (int i = 0; i < times; i++) {
				bean.work(i);
			}
		};
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CancelScopeLoggingAutoConfiguration.class)
	static class LoggingConfiguration extends Advised.ScopedConfiguration {

	}

	/** The changes are those of the endpoint, which itself would need an actuator. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CancelScopeObserveModeAutoConfiguration.class)
	static class ChangeableConfiguration extends LoggingConfiguration {

		@Bean
		BudgetChanges budgetChanges(ScopeSettings settings) {
			return new BudgetChanges(settings, TimeSource.system(), () -> null);
		}

	}

}
