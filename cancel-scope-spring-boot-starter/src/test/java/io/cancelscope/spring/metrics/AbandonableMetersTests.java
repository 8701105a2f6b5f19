package io.cancelscope.spring.metrics;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that can be left are counted, for the whole JVM.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AbandonableMetersTests {

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeMetricsAutoConfiguration.class))
		.withBean(MeterRegistry.class, () -> this.registry);

	private final CountDownLatch release = new CountDownLatch(1);

	private final CountDownLatch late = new CountDownLatch(1);

	@AfterEach
	void releaseTheCall() {
		this.release.countDown();
	}

	@Test
	void callThatItsCallerHasLeftIsRunningUntilItEnds() {
		this.runner.run((context) -> {
			double left = left();

			leaveACall(context.getBean(CancelScopes.class));

			assertThat(running()).isEqualTo(1);
			assertThat(left()).isEqualTo(left + 1);

			this.release.countDown();
			assertThat(this.late.await(30, TimeUnit.SECONDS)).isTrue();
			Awaitility.await().until(() -> running() == 0);
			assertThat(left()).isEqualTo(left + 1);
		});
	}

	@Test
	void limitIsShownThoughNothingRuns() {
		this.runner.run((context) -> assertThat(this.registry.get("cancel.scope.abandonable.limit").gauge().value())
			.isEqualTo(context.getBean(CancelScopes.class).abandonableCalls().limit())
			.isPositive());
	}

	@Test
	void twoContextsWithOneRegistryHaveTheMetersOnceAndNoWarning(CapturedOutput output) {
		this.runner.run((first) -> this.runner
			.run((second) -> assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
				.containsExactlyInAnyOrder("cancel.scope.abandonable.running", "cancel.scope.abandonable.limit",
						"cancel.scope.abandonable.left")));

		assertThat(output).doesNotContain("already registered");
	}

	@Test
	void metersCountOnWhenTheContextThatRegisteredThemIsGone() {
		AtomicReference<WeakReference<CancelScopes>> gone = new AtomicReference<>();
		this.runner.run((context) -> gone.set(new WeakReference<>(context.getBean(CancelScopes.class))));
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return gone.get().get() == null;
		});
		double left = left();

		leaveACall(CancelScopes.create());

		assertThat(running()).isEqualTo(1);
		assertThat(left()).isEqualTo(left + 1);
		this.release.countDown();
		Awaitility.await().until(() -> running() == 0);
	}

	/** The call cancels its scope, and goes on. */
	private void leaveACall(CancelScopes scopes) {
		OpenScope scope = scopes.openUnbound(ScopeOptions.named("look-up"));
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> scope.abandonable((inside) -> {
			scope.cancel();
			assertThat(this.release.await(30, TimeUnit.SECONDS)).isTrue();
			return "address";
		}, (address) -> this.late.countDown()));
		scope.close();
	}

	private double running() {
		return this.registry.get("cancel.scope.abandonable.running").gauge().value();
	}

	private double left() {
		return this.registry.get("cancel.scope.abandonable.left").functionCounter().count();
	}

}
