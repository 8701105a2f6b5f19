package io.cancelscope.spring.aop;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.budget.CancelBudgetsEndpoint;
import io.cancelscope.spring.budget.CancelScopeBudgetAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the load-time weaver reaches, and how woven code finds its context.
 */
@ExtendWith(OutputCaptureExtension.class)
@EnabledIfSystemProperty(named = WovenJvm.PROPERTY, matches = "true",
		disabledReason = "There is no weaver here: LoadTimeWeavingTests runs this in a JVM that has one.")
class LoadTimeWovenTests {

	private final ManualTime time = new ManualTime();

	private final Opened opened = new Opened();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeFutureAutoConfiguration.class, AopAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopeListener.class, () -> this.opened);

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void objectThatIsNoBeanHasScopes() {
		assertThat(new Desk().open()).isEqualTo("Desk.open");
	}

	@Test
	void privateMethodCalledWithinTheObjectHasAScope() {
		assertThat(new Desk().callsPrivate()).isEqualTo("Desk.hidden");
	}

	@Test
	void staticMethodHasAScope() {
		assertThat(Desk.shared()).isEqualTo("Desk.shared");
	}

	@Test
	void finalMethodOfAFinalClassHasAScope() {
		assertThat(new Sealed().scope()).isEqualTo("Sealed.scope");
	}

	@Test
	void methodWithoutTheAnnotationHasNone() {
		assertThat(new Desk().plain()).isEqualTo("root");
	}

	@Test
	void budgetStopsTheMethodWithoutAnyContext() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(Desk::expired)
			.withMessage("scope 'Desk.expired' (0s) exceeded its deadline");
	}

	@Test
	void withoutAContextSystemPropertiesAreItsSettings() {
		System.setProperty("desk.scope", "set from outside");
		System.setProperty("cancel-scope.timeouts[set from outside]", "3h");
		try {
			assertThat(new Settings().scope()).isEqualTo("set from outside with 3h");
		}
		finally {
			System.clearProperty("desk.scope");
			System.clearProperty("cancel-scope.timeouts[set from outside]");
		}
	}

	@Test
	void fallbackMayBeStaticToo() {
		assertThat(Desk.orElse("Oslo")).isEqualTo("cached for Oslo, DEADLINE");
	}

	@Test
	void openContextAnswersForObjectsThatAreNoBeans() {
		this.runner.withPropertyValues("desk.scope=set by the context", "cancel-scope.timeouts[set by the context]=4h")
			.run((context) -> {
				assertThat(new Contextual().scope()).isEqualTo("set by the context with 4h");
				assertThat(this.opened.names).containsExactly("set by the context");
			});

		assertThat(new Contextual().scope()).isEqualTo("none with 1h");
	}

	/** Also code that is in no bean. A call that is running keeps its budget. */
	@Test
	void nextCallHasTheBudgetThatIsChangedMeanwhile() {
		changeable("aspect").run((context) -> {
			CancelBudgetsEndpoint endpoint = context.getBean(CancelBudgetsEndpoint.class);
			String[] name = { "Changing.hidden" };
			Changing changing = new Changing();
			assertThat(changing.budget(() -> {
			})).isEqualTo("1h");

			assertThat(changing.budget(() -> endpoint.change(name, "3h", null, null))).as("running").isEqualTo("1h");
			assertThat(changing.budget(() -> {
			})).as("the next one").isEqualTo("3h");
			endpoint.reset(name);
			assertThat(changing.budget(() -> {
			})).isEqualTo("1h");
		});
	}

	@Test
	void nextCallHasTheModeThatIsChangedMeanwhile() {
		changeable("aspect").run((context) -> {
			CancelBudgetsEndpoint endpoint = context.getBean(CancelBudgetsEndpoint.class);
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(Desk::expired);

			endpoint.changeAll(null, "observe", null);

			Desk.expired();
			endpoint.resetAll();
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(Desk::expired);
		});
	}

	private WebApplicationContextRunner changeable(String weaving) {
		return new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
							CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class,
							CancelScopeObserveModeAutoConfiguration.class, CancelScopeBudgetAutoConfiguration.class))
			.withBean(TimeSource.class, () -> this.time)
			.withPropertyValues("cancel-scope.weaving=" + weaving,
					"management.endpoints.web.exposure.include=cancelbudgets",
					"management.endpoint.cancelbudgets.access=UNRESTRICTED");
	}

	@Test
	void contextThatMadeBeansOfTheClassAnswersForIt() {
		this.runner.withPropertyValues("desk.scope=of the bean's context")
			.withBean(Contextual.class)
			.run((first) -> this.runner.withPropertyValues("desk.scope=of the last context").run((last) -> {
				assertThat(new Contextual().scope()).startsWith("of the bean's context");
				assertThat(new Settings().scope()).startsWith("of the last context");
			}));
	}

	@Test
	void beanHasOneScopeAndNoProxyBesideTheAdvisor() {
		this.runner.withBean(Desk.class).run((context) -> {
			Desk desk = context.getBean(Desk.class);
			desk.open();

			assertThat(AopUtils.isAopProxy(desk)).isFalse();
			assertThat(this.opened.names).containsExactly("Desk.open");
		});
	}

	@Test
	void beanHasOneScopeBesideTheAspect() {
		this.runner.withBean(Desk.class).withPropertyValues("cancel-scope.weaving=aspect").run((context) -> {
			context.getBean(Desk.class).open();

			assertThat(this.opened.names).containsExactly("Desk.open");
		});
	}

	@Test
	void proxyCoversWhatTheWeaverDoesNotSee() {
		this.runner.withBean(Partly.class).run((context) -> {
			Partly partly = context.getBean(Partly.class);

			assertThat(AopUtils.isAopProxy(partly)).isTrue();
			assertThat(partly.ofTheInterface()).isEqualTo("Partly.ofTheInterface");
			assertThat(partly.ofTheClass()).isEqualTo("Partly.ofTheClass");
			assertThat(this.opened.names).containsExactly("Partly.ofTheInterface", "Partly.ofTheClass");
		});
	}

	@Test
	void nothingThatIsWovenIsCalledUnweavable(CapturedOutput output) {
		this.runner.withBean(Desk.class)
			.withBean(Sealed.class)
			.withPropertyValues("cancel-scope.fail-on-unweavable=true")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withBean(Desk.class)
			.withPropertyValues("cancel-scope.fail-on-unweavable=true", "cancel-scope.weaving=aspect")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(output).doesNotContain("has no effect");
	}

	@Test
	void mistakeOnAPrivateMethodOfABeanStopsTheStartUp() {
		this.runner.withBean("wrong", Wrong.class)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("Bean 'wrong': @CancelScoped on")
				.hasStackTraceContaining("$Wrong#hidden has timeout = \"2 parsecs\""));
	}

	@Test
	void overriddenMethodThatIsCalledBySuperHasItsOwnBudget() {
		this.runner.run((context) -> assertThat(new Derived().budget()).isEqualTo("derived 2h, base 1h"));
	}

	@Test
	void classLevelAnnotationOpensOneScopePerCall() {
		this.runner.run((context) -> {
			Source<String> generic = new OfTheClass();

			assertThat(generic.get("x")).isEqualTo("OfTheClass.get, OfTheClass.get");
			assertThat(new OfTheClass().notPublic()).isEqualTo("root");
			assertThat(OfTheClass.factory()).isEqualTo("root");
			assertThat(this.opened.names).containsExactly("OfTheClass.get");
		});
	}

	@Test
	void resultThatOutlivesTheCallKeepsTheScopeOpen() {
		this.runner.run((context) -> {
			CompletableFuture<String> result = new Desk().later();

			this.time.advance(Duration.ofSeconds(1));

			assertThat(result).failsWithin(10, TimeUnit.SECONDS)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
		});
	}

	@Test
	void callWithinTheObjectIsAChild() {
		this.runner.run((context) -> assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> new Desk().outer(this.time))
			.withMessage("scope 'Desk.inner' (1h) exceeded its deadline, set by 'Desk.outer'"));
	}

	@Test
	void closedContextIsForgotten() {
		List<WeakReference<?>> references = new ArrayList<>();
		this.runner.withBean(Desk.class).run((context) -> {
			context.getBean(Desk.class).open();
			new Desk().open();
			references.add(new WeakReference<>(context.getBean(CancelScopes.class)));
			references.add(new WeakReference<>(context.getBean(Desk.class)));
			references.add(new WeakReference<>(context.getSourceApplicationContext()));
		});

		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (references.stream().anyMatch((reference) -> reference.get() != null) && System.nanoTime() - end < 0) {
			System.gc();
		}
		assertThat(references).allMatch((reference) -> reference.get() == null);
		assertThat(new Desk().open()).isEqualTo("Desk.open");
	}

	@Test
	void objectsWithoutAContextLieInTheScopeOfTheCaller() {
		CancelScopes.create()
			.run(ScopeOptions.named("request").withTimeout(Duration.ZERO),
					(request) -> assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(Desk::checked)
						.withMessageContaining("set by 'request'"));
	}

	static class Opened implements CancelScopeListener {

		final List<String> names = new ArrayList<>();

		@Override
		public void opened(CancelScope scope) {
			this.names.add(scope.name());
		}

	}

	private static String here() {
		return CancelScope.current().name();
	}

	static class Desk {

		@CancelScoped("1h")
		String open() {
			return here();
		}

		String callsPrivate() {
			return hidden();
		}

		@CancelScoped("1h")
		private String hidden() {
			return here();
		}

		@CancelScoped("1h")
		static String shared() {
			return here();
		}

		String plain() {
			return here();
		}

		@CancelScoped("0")
		static void expired() {
			CancelScope.current().check();
		}

		@CancelScoped
		static void checked() {
			CancelScope.current().check();
		}

		@CancelScoped(timeout = "0", fallback = "cached")
		static String orElse(String city) {
			CancelScope.current().check();
			return city;
		}

		@SuppressWarnings("unused") // named by the annotation
		private static String cached(String city, CancelReason reason) {
			return "cached for " + city + ", " + reason.kind();
		}

		@CancelScoped("1s")
		CompletableFuture<String> later() {
			return new CompletableFuture<>();
		}

		@CancelScoped("1s")
		void outer(ManualTime time) {
			time.advance(Duration.ofSeconds(1));
			inner();
		}

		@CancelScoped("1h")
		private void inner() {
			CancelScope.current().check();
		}

	}

	static final class Sealed {

		@CancelScoped("1h")
		String scope() {
			return here();
		}

	}

	static class Settings {

		@CancelScoped(timeout = "1h", name = "${desk.scope}")
		String scope() {
			return here() + " with " + hours();
		}

		static String hours() {
			// Real time may have passed.
			return Math.round(CancelScope.current().remaining().orElseThrow().toSeconds() / 3600.0) + "h";
		}

	}

	static class Contextual {

		@CancelScoped(timeout = "1h", name = "${desk.scope:none}")
		String scope() {
			return here() + " with " + Settings.hours();
		}

	}

	static class Changing {

		String budget(Runnable meanwhile) {
			return hidden(meanwhile);
		}

		@CancelScoped("1h")
		private String hidden(Runnable meanwhile) {
			meanwhile.run();
			return Settings.hours();
		}

	}

	interface Contract {

		@CancelScoped("1h")
		String ofTheInterface();

	}

	static class Partly implements Contract {

		@Override
		public String ofTheInterface() {
			return here();
		}

		@CancelScoped("1h")
		public String ofTheClass() {
			return here();
		}

	}

	static class Wrong {

		@CancelScoped("2 parsecs")
		@SuppressWarnings("unused") // never called
		private void hidden() {
		}

	}

	static class Base {

		@CancelScoped("1h")
		String budget() {
			return "base " + Settings.hours();
		}

	}

	static class Derived extends Base {

		@Override
		@CancelScoped(timeout = "2h", shield = true)
		String budget() {
			return "derived " + Settings.hours() + ", " + super.budget();
		}

	}

	interface Source<T> {

		String get(T key);

	}

	@CancelScoped("1h")
	static class OfTheClass implements Source<String> {

		@Override
		public String get(String key) {
			Supplier<String> lambda = () -> here();
			return here() + ", " + lambda.get();
		}

		String notPublic() {
			return here();
		}

		public static String factory() {
			return here();
		}

	}

}
