package io.cancelscope.spring.r2dbc;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names in {@code cancel-scope.r2dbc.exclude-beans}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExcludedBeansTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeR2dbcAutoConfiguration.class))
		.withUserConfiguration(Application.class);

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					reportFactori | has no effect: there is no such bean. The nearest name is 'reportFactory'. Correct it, or remove it.
					reports       | has no effect: the name is an alias. Write 'reportFactory', the bean's own name.
					bookKeeper    | has no effect: the bean is not a ConnectionFactory. Remove the name.
					""")
	void nameThatExcludesNothingIsLogged(String name, String text, CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.r2dbc.exclude-beans=" + name)
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean(ConnectionFactory.class))).isTrue());

		assertThat(output.getOut().lines().filter((line) -> line.contains("in the property"))).singleElement()
			.asString()
			.endsWith("The name '" + name + "' in the property 'cancel-scope.r2dbc.exclude-beans' " + text);
	}

	@ParameterizedTest
	@CsvSource("reportFactory")
	void excludedBeanStaysAsItIs(String name, CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.r2dbc.exclude-beans=" + name)
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean(ConnectionFactory.class))).isFalse());

		assertThat(output.getOut()).doesNotContain("in the property");
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean({ "reportFactory", "reports" })
		ConnectionFactory reportFactory() {
			return H2ConnectionFactory.inMemory("reports");
		}

		@Bean
		Runnable bookKeeper() {
			return () -> {
			};
		}

	}

}
