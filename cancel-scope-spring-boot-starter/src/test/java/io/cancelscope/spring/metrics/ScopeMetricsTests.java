package io.cancelscope.spring.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.NotBegun;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What is measured of scopes.
 */
class ScopeMetricsTests {

	private final ManualTime time = new ManualTime();

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeObserveModeAutoConfiguration.class, CancelScopeMetricsAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(MeterRegistry.class, () -> this.registry);

	@Test
	void completedScopeIsTimed() {
		run((scopes) -> scopes.run(named("quotes").withTimeout(seconds(2)), (scope) -> this.time.advance(seconds(1))));

		assertThat(duration("quotes", "completed").totalTime(TimeUnit.SECONDS)).isEqualTo(1);
		assertThat(this.registry.get("cancel.scope.budget.used").tag("outcome", "completed").summary().totalAmount())
			.isEqualTo(0.5);
		assertThat(this.registry.find("cancel.scope.late").counter()).isNull();
	}

	@Test
	void openScopesAreCounted() {
		run((scopes) -> {
			try (OpenScope first = scopes.open(named("a")); OpenScope second = scopes.open(named("a"))) {
				assertThat(first).isNotSameAs(second);
				assertThat(this.registry.get("cancel.scopes.active").tag("name", "a").gauge().value()).isEqualTo(2);
			}
			assertThat(this.registry.get("cancel.scopes.active").tag("name", "a").gauge().value()).isZero();
		});
	}

	@Test
	void outcomesAreToldApart() {
		run((scopes) -> {
			assertThat(catchThrowable(() -> scopes.run(named("failed"), this::failing))).isNotNull();
			assertThat(catchThrowable(() -> scopes.run(named("exempt").cancelOnException(false), this::failing)))
				.isNotNull();
			scopes.run(named("cancelled"), CancelScope::cancel);
			scopes.run(named("left"), (scope) -> scope.cancel(CancelReason.Kind.DISCONNECTED, "gone", null));
			scopes.run(named("stopped"), (scope) -> scope.cancel(CancelReason.Kind.SHUTDOWN, "bye", null));
			scopes.run(named("shed"),
					(scope) -> scope.cancel("shed", new InsufficientBudgetException(seconds(2), seconds(1))));
		});

		assertThat(duration("cancelled", "cancelled").count()).isOne();
		assertThat(duration("left", "disconnected").count()).isOne();
		assertThat(duration("stopped", "shutdown").count()).isOne();
		assertThat(duration("shed", "shed").count()).isOne();
		assertThat(duration("failed", "failed").count()).isOne();
		assertThat(duration("exempt", "failed").count()).isOne();
	}

	@Test
	void lateReturnIsCountedAndItsStopMeasured() {
		run((scopes) -> scopes.run(named("slow").withTimeout(seconds(2)), (scope) -> this.time.advance(seconds(3))));

		assertThat(duration("slow", "deadline").count()).isOne();
		assertThat(this.registry.get("cancel.scope.late").tag("name", "slow").counter().count()).isOne();
		assertThat(
				this.registry.get("cancel.scope.stop.latency").tag("name", "slow").timer().totalTime(TimeUnit.SECONDS))
			.isEqualTo(1);
		assertThat(this.registry.get("cancel.scope.budget.used").tag("outcome", "deadline").summary().max())
			.isEqualTo(1.5);
	}

	@Test
	void whatStopsAtItsDeadlineIsNotLate() {
		run((scopes) -> assertThat(catchThrowable(() -> scopes.run(named("outer").withTimeout(seconds(2)),
				(outer) -> scopes.run(named("inner"), (inner) -> {
					this.time.advance(seconds(2));
					inner.check();
				}))))
			.isNotNull());

		assertThat(duration("inner", "deadline").count()).isOne();
		assertThat(duration("outer", "deadline").count()).isOne();
		assertThat(this.registry.find("cancel.scope.late").counters()).isEmpty();
		assertThat(this.registry.get("cancel.scope.stop.latency").timers()).singleElement()
			.satisfies((timer) -> assertThat(timer.getId().getTag("name")).isEqualTo("outer"));
	}

	@Test
	void wouldHaveBeenIsCounted() {
		this.runner.withPropertyValues("cancel-scope.mode=observe").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			scopes.run(named("quotes").withTimeout(seconds(1)), (scope) -> this.time.advance(seconds(2)));

			assertThat(this.registry.get("cancel.scope.observed").tag("kind", "deadline").counter().count()).isOne();
			assertThat(duration("quotes", "completed").count()).isOne();
			assertThat(this.registry.get("cancel.scope.budget.used").summary().max()).isEqualTo(2);
		});
	}

	/** Once for each, however many scopes are cancelled with it. */
	@Test
	void workThatIsNotBegunIsCounted() {
		this.runner.withPropertyValues("cancel-scope.modes.observed=observe").run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			for (String name : List.of("quotes", "observed", "quotes")) {
				scopes.run(named(name), (scope) -> scopes.run(named("inside"),
						(inside) -> scope.cancel("shed", new InsufficientBudgetException(seconds(2), seconds(1)))));
			}
			scopes.run(named("expired").withTimeout(Duration.ZERO).withBudgetSource(NotBegun.queued("6s", "X-Start")),
					(scope) -> {
					});
			scopes.run(named("stopped").withTimeout(seconds(1)).withBudgetSource(NotBegun.queued("6s", "X-Start")),
					(scope) -> this.time.advance(seconds(1)));
			scopes.run(named("zero").withTimeout(Duration.ZERO), (scope) -> {
			});
		});

		assertThat(this.registry.get("cancel.scope.refused").counters())
			.extracting((counter) -> counter.getId().getTag("name"), (counter) -> counter.getId().getTag("reason"),
					(counter) -> counter.getId().getTag("mode"), Counter::count)
			.containsExactlyInAnyOrder(tuple("quotes", "insufficient", "enforce", 2.0),
					tuple("observed", "insufficient", "observe", 1.0), tuple("expired", "expired", "enforce", 1.0));
	}

	@Test
	void headersThatCannotBeReadAreCounted() {
		this.runner.run((context) -> {
			IgnoredDeadlineListener listener = context.getBean(IgnoredDeadlineListener.class);
			listener.ignored(DeadlineHeader.of("grpc-timeout"));
			listener.ignored(DeadlineHeader.of("gRPC-Timeout"));

			assertThat(
					this.registry.get("cancel.scope.headers.ignored").tag("header", "grpc-timeout").counter().count())
				.isEqualTo(2);
		});
	}

	@Test
	void tenThousandNamesDontExplode() {
		run((scopes) -> {
			for (int i = 0; i < 10_000; i++) {
				scopes.run(named("GET /quotes/" + i).withTimeout(seconds(1)), CancelScope::check);
			}
		});

		List<Meter> meters = this.registry.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getTag("name") != null)
			.toList();
		assertThat(meters.stream().map((meter) -> meter.getId().getTag("name")).distinct()).hasSize(201)
			.contains("others");
		// A gauge, a timer, and a distribution with four buckets, which this registry
		// shows as
		// gauges.
		assertThat(meters).hasSize(201 * 7);
		assertThat(duration("others", "completed").count()).isEqualTo(9_800);
	}

	@Test
	void highestNumberOfNamesIsAProperty() {
		this.runner.withPropertyValues("cancel-scope.metrics.max-names=0").run((context) -> {
			context.getBean(CancelScopes.class).run(named("a"), CancelScope::check);
			assertThat(duration("others", "completed").count()).isOne();
		});
		this.runner.withPropertyValues("cancel-scope.metrics.max-names=-1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.metrics.max-names")
				.hasMessageContaining("must not be negative"));
	}

	@Test
	void nothingIsMeasuredWhereThatIsOff() {
		this.runner.withPropertyValues("cancel-scope.metrics.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ScopeMetrics.class));
		this.runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).doesNotHaveBean("cancelScopeMetrics"));
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeMetricsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ScopeMetrics.class));
	}

	@Test
	void scopesOfTheStartUpAreShownWhenTheRegistryComes() {
		this.runner.withUserConfiguration(Early.class).run((context) -> {
			assertThat(this.registry.get("cancel.scopes.active").tag("name", "early").gauge().value()).isOne();
			context.getBean("earlyScope", OpenScope.class).close();
			assertThat(duration("early", "completed").count()).isOne();
		});
	}

	@Test
	void lazyApplicationIsMeasuredToo() {
		SpringApplication application = new SpringApplication(LazyApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run("--spring.main.lazy-initialization=true")) {
			context.getBean(CancelScopes.class).run(named("lazy"), CancelScope::check);

			assertThat(context.getBean(MeterRegistry.class).get("cancel.scope.duration").timer().count()).isOne();
		}
	}

	private void failing(CancelScope scope) {
		throw new IllegalStateException("on purpose");
	}

	private void run(Consumer<CancelScopes> work) {
		this.runner.run((context) -> work.accept(context.getBean(CancelScopes.class)));
	}

	private Timer duration(String name, String outcome) {
		return this.registry.get("cancel.scope.duration").tag("name", name).tag("outcome", outcome).timer();
	}

	private static ScopeOptions named(String name) {
		return ScopeOptions.named(name);
	}

	private static Duration seconds(long seconds) {
		return Duration.ofSeconds(seconds);
	}

	@Configuration(proxyBeanMethods = false)
	static class Early {

		@Bean
		OpenScope earlyScope(CancelScopes scopes) {
			return scopes.openUnbound(named("early"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeMetricsAutoConfiguration.class })
	static class LazyApplication {

		@Bean
		MeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

	}

}
