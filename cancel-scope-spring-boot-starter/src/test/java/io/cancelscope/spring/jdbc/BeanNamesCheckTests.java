package io.cancelscope.spring.jdbc;

import java.util.stream.Stream;

import javax.sql.DataSource;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of beans that no bean has are logged at start-up.
 */
@ExtendWith(OutputCaptureExtension.class)
class BeanNamesCheckTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class))
		.withUserConfiguration(Application.class);

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					exclude-beans     | reportDatasource | has no effect: there is no such bean. The nearest name is 'reportDataSource'. Correct it, or remove it.
					exclude-beans     | nothingAlike42   | has no effect: there is no such bean. Remove it.
					exclude-beans     | reports          | has no effect: the name is an alias. Write 'reportDataSource', the bean's own name.
					bookkeeping-beans | bookKeper        | has no effect: there is no such bean. The nearest name is 'bookKeeper'. Correct it, or remove it.
					""")
	void nameThatNoBeanHasIsLogged(String property, String name, String text, CapturedOutput output) {
		run("cancel-scope.jdbc." + property + "=" + name);

		assertThat(warnings(output)).singleElement()
			.asString()
			.endsWith("The name '" + name + "' in the property 'cancel-scope.jdbc." + property + "' " + text);
	}

	@ParameterizedTest
	@CsvSource({ "bookKeeper" })
	void beanThatIsNoDataSourceIsLogged(String name, CapturedOutput output) {
		run("cancel-scope.jdbc.exclude-beans=" + name);

		assertThat(warnings(output)).singleElement()
			.asString()
			.endsWith(
					"The name 'bookKeeper' in the property 'cancel-scope.jdbc.exclude-beans' has no effect: the bean is"
							+ " not a DataSource. Remove the name.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclude-beans=reportDataSource", "exclude-beans=lazyDataSource",
			"bookkeeping-beans=bookKeeper" })
	void nameOfABeanIsNotLogged(String property, CapturedOutput output) {
		run("cancel-scope.jdbc." + property);

		assertThat(warnings(output)).isEmpty();
	}

	private void run(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanFactory().containsSingleton("lazyDataSource")).isFalse();
		});
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.getOut()
			.lines()
			.filter((line) -> line.contains(" WARN ") && line.contains("in the property ")
					|| line.contains("of the property "));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean({ "reportDataSource", "reports" })
		DataSource reportDataSource() {
			return new SimpleDriverDataSource();
		}

		@Bean
		@Lazy
		DataSource lazyDataSource() {
			return new SimpleDriverDataSource();
		}

		@Bean
		Runnable bookKeeper() {
			return () -> {
			};
		}

	}

}
