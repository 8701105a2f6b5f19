package io.cancelscope.spring.aop;

import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An annotation on a class is meant for what the class offers, not for what a framework
 * calls to set it up; and a method can say that it is not meant.
 */
class ClassLevelTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void methodsThatFrameworksCallHaveNoScope(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving).withBean(Desk.class).run((context) -> {
			Desk desk = context.getBean(Desk.class);

			assertThat(desk.best()).isEqualTo("Desk.best");
			assertThat(desk.nightly()).isEqualTo("Desk.nightly");
			assertThat(desk.heard("event")).isEqualTo("Desk.heard");
			assertThat(desk.mapped()).isEqualTo("Desk.mapped");
			assertThat(List.of(desk.handled(), desk.model(), desk.bound(null), desk.made(), desk.prepared()))
				.containsOnly("root");
			assertThat(desk.isRunning()).isTrue();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void annotationOnSuchAMethodItselfCounts(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving)
			.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Desk.class).handledInTime()).isEqualTo("Desk.handledInTime"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void methodSwitchesOffWhatItsClassSays(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving)
			.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Desk.class).free()).isEqualTo("root"));
	}

	@Test
	void classSwitchesOffWhatItsInterfaceSays() {
		this.runner.withBean(FreeOffer.class).run((context) -> {
			assertThat(context.getBean(Offer.class).best()).isEqualTo("root");
			assertThat(context.getBean(Offer.class).other()).isEqualTo("FreeOffer.other");
		});
	}

	@Test
	void overridingMethodSwitchesOnWhatTheOverriddenOneSwitchedOff() {
		this.runner.withBean(BoundDesk.class).run((context) -> {
			assertThat(context.getBean(BoundDesk.class).free()).isEqualTo("BoundDesk.free");
			assertThat(context.getBean(BoundDesk.class).best()).isEqualTo("BoundDesk.best");
		});
	}

	@CancelScoped("1s")
	static class Desk implements SmartLifecycle {

		private boolean started;

		public String best() {
			return CancelScope.current().name();
		}

		@Scheduled(cron = "0 0 0 29 2 *")
		public String nightly() {
			return CancelScope.current().name();
		}

		@EventListener
		public String heard(String event) {
			return CancelScope.current().name();
		}

		@GetMapping("/mapped")
		@ModelAttribute
		public String mapped() {
			return CancelScope.current().name();
		}

		@ExceptionHandler
		public String handled() {
			return CancelScope.current().name();
		}

		@ExceptionHandler
		@CancelScoped
		public String handledInTime() {
			return CancelScope.current().name();
		}

		@ModelAttribute
		public String model() {
			return CancelScope.current().name();
		}

		@InitBinder
		public String bound(WebDataBinder binder) {
			return CancelScope.current().name();
		}

		@Bean
		public String made() {
			return CancelScope.current().name();
		}

		@PostConstruct
		public String prepared() {
			return CancelScope.current().name();
		}

		@CancelScoped(enabled = false)
		public String free() {
			return CancelScope.current().name();
		}

		@Override
		public void start() {
			this.started = CancelScope.current().name().equals("root");
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return this.started;
		}

	}

	static class BoundDesk extends Desk {

		@Override
		@CancelScoped
		public String free() {
			return CancelScope.current().name();
		}

	}

	@CancelScoped("1s")
	interface Offer {

		String best();

		String other();

	}

	@CancelScoped(enabled = false)
	static class FreeOffer implements Offer {

		@Override
		public String best() {
			return CancelScope.current().name();
		}

		@Override
		@CancelScoped
		public String other() {
			return CancelScope.current().name();
		}

	}

}
