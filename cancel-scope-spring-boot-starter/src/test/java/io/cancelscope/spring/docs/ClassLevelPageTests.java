package io.cancelscope.spring.docs;

import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of {@code docs/reference/annotation.md} about annotations on classes, which is
 * cut from here.
 */
class ClassLevelPageTests {

	@Test
	void methodThatSwitchesItsScopeOffHasNone() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class))
			.withBean(TripDesk.class)
			.run((context) -> {
				assertThat(context.getBean(TripDesk.class).offers("OSL")).containsExactly("OSL in TripDesk.offers");
				assertThat(context.getBean(TripDesk.class).export()).asString(UTF_8).isEqualTo("root");
			});
	}

	// tag::class[]
	@CancelScoped("800ms")
	static class TripDesk {

		public List<String> offers(String from) {
			return search(from);
		}

		@CancelScoped(enabled = false)
		public byte[] export() {
			return everything(); // takes as long as it takes
		}

		// hide[]
		private List<String> search(String from) {
			return List.of(from + " in " + CancelScope.current().name());
		}

		private byte[] everything() {
			return CancelScope.current().name().getBytes(UTF_8);
		}
		// show[]

	}
	// end::class[]

}
