package io.cancelscope.spring;

import java.util.List;

import com.example.shop.ShopApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.StaticApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The line that says what is on.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupLoggerTests {

	@Test
	void featuresWeavingAndModeAreListedOnce(CapturedOutput output) {
		start();

		assertThat(line(output)).contains("future, ")
			.contains("httpclient(blocking, feign, okhttp, reactive), ")
			.contains("jdbc, ")
			.contains("logging, ")
			.contains("reactor, ")
			.contains("resilience, ")
			.contains("task")
			.doesNotContain("observe")
			.endsWith("; weaving=advisor; mode=enforce");
	}

	@Test
	void whatIsOffIsListedWithItsReason(CapturedOutput output) {
		start("--cancel-scope.task.enabled=false", "--cancel-scope.httpclient.enabled=false");

		assertThat(lines(output, "cancel-scope off: ")).singleElement()
			.asString()
			.contains("INFO")
			.contains(" httpclient (cancel-scope.httpclient.enabled=false), ")
			.doesNotContain(" jdbc (", " reactor (", " web (")
			.endsWith("task (cancel-scope.task.enabled=false)");
	}

	@Test
	void whatHasNothingToDoIsListedForThoseWhoAsk(CapturedOutput output) {
		start();
		assertThat(lines(output, "cancel-scope unused: ")).isEmpty();

		start("--logging.level.io.cancelscope.spring.CancelScopeFeature=debug");

		assertThat(lines(output, "cancel-scope unused: ")).singleElement()
			.asString()
			.contains("DEBUG")
			.contains("logging (only with cancel-scope.logging.mdc=true), ")
			.contains("observation (only with cancel-scope.observation.enabled=true), ")
			.contains("web (this is no servlet application), webflux (this is no WebFlux application)");
	}

	@Test
	void whatIsOffIsNotListed(CapturedOutput output) {
		start("--cancel-scope.task.enabled=false", "--cancel-scope.mode=observe", "--cancel-scope.modes.quotes=enforce",
				"--cancel-scope.weaving=aspect", "--cancel-scope.logging.mdc=true",
				"--spring.main.lazy-initialization=true");

		assertThat(line(output)).doesNotContain("task")
			.contains("observe")
			.contains("logging(mdc)")
			.endsWith("; weaving=aspect; mode=observe, quotes=enforce");
	}

	@Test
	void nothingIsSaidWhereNothingIsOn(CapturedOutput output) {
		start("--cancel-scope.enabled=false");

		assertThat(output).doesNotContain("cancel-scope: ").doesNotContain("cancel-scope off: ");
	}

	@Test
	void detailStandsBehindTheName() {
		assertThat(new CancelScopeFeature("httpclient", "jdk")).hasToString("httpclient(jdk)");
		assertThat(CancelScopeFeature.named("task")).hasToString("task");
		assertThat(CancelScopeFeature.off("task", "a reason")).hasToString("task (a reason)");
	}

	private static void start(String... arguments) {
		SpringApplication application = new SpringApplication(ShopApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			context.publishEvent(startedChild(application));
		}
	}

	/** Events of child contexts arrive at their parents, too. */
	private static ApplicationStartedEvent startedChild(SpringApplication application) {
		return new ApplicationStartedEvent(application, new String[0], new StaticApplicationContext(), null);
	}

	private static String line(CapturedOutput output) {
		assertThat(lines(output, "cancel-scope: ")).hasSize(1);
		return lines(output, "cancel-scope: ").get(0);
	}

	private static List<String> lines(CapturedOutput output, String text) {
		return output.getOut().lines().filter((line) -> line.contains(text)).toList();
	}

}
