package io.cancelscope.spring;

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
class StartUpLineTests {

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

		assertThat(output).doesNotContain("cancel-scope: ");
	}

	@Test
	void detailStandsBehindTheName() {
		assertThat(new CancelScopeFeature("httpclient", "jdk")).hasToString("httpclient(jdk)");
		assertThat(CancelScopeFeature.named("task")).hasToString("task");
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
		assertThat(output.getOut().lines().filter((line) -> line.contains("cancel-scope: "))).hasSize(1);
		return output.getOut().lines().filter((line) -> line.contains("cancel-scope: ")).findFirst().orElseThrow();
	}

}
