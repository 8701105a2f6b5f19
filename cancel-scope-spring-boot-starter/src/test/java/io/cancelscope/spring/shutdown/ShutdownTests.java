package io.cancelscope.spring.shutdown;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelReason.Kind;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The application stops while work is going on.
 */
@Timeout(120)
class ShutdownTests {

	private static final String JETTY = "org.springframework.boot.jetty.autoconfigure.servlet."
			+ "JettyServletWebServerAutoConfiguration";

	private static final long PATIENCE = 60;

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void requestThatEndsWithinTheGracefulPeriodIsNotCancelled() throws Exception {
		ConfigurableApplicationContext context = start(Desk.class, "30s");
		Progress work = context.getBean(Progress.class);
		CompletableFuture<HttpResponse<String>> answer = get(context, "/work");
		await(work.begun);

		CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close);
		await(context.getBean(Probes.class).graceful);
		work.mayEnd.countDown();

		assertThat(answer.get(PATIENCE, TimeUnit.SECONDS).body()).isEqualTo("done");
		assertThat(closing).succeedsWithin(Duration.ofSeconds(PATIENCE));
		assertThat(work.reasons).isEmpty();
	}

	@Test
	void requestThatOutlivesTheGracefulPeriodIsCancelledAndItsThreadEnds() throws Exception {
		ConfigurableApplicationContext context = start(Desk.class, "200ms");
		Progress work = context.getBean(Progress.class);
		get(context, "/work");
		await(work.begun);

		context.close();

		await(work.ended);
		assertThat(work.reasons).singleElement().satisfies((reason) -> {
			assertThat(reason.kind()).isEqualTo(Kind.SHUTDOWN);
			assertThat(reason.message()).isEqualTo("the application stops");
			assertThat(reason.origin()).isEqualTo("GET /work");
		});
	}

	@RepeatedTest(3)
	void cancelledRequestIsAnsweredBeforeTheServerStops() throws Exception {
		ConfigurableApplicationContext context = start(Desk.class, "5s", "--server.shutdown=immediate");
		Progress work = context.getBean(Progress.class);
		CompletableFuture<HttpResponse<String>> answer = get(context, "/work");
		await(work.begun);

		context.close();

		HttpResponse<String> response = answer.get(PATIENCE, TimeUnit.SECONDS);
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
		assertThat(response.body()).contains("The application is shutting down");
	}

	@Test
	void scopeThatDoesNotCloseIsNotWaitedForForEver() {
		runner().withPropertyValues("cancel-scope.shutdown.await=1ms").run((context) -> {
			OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ScopeOptions.named("stubborn"));

			context.getSourceApplicationContext(ConfigurableApplicationContext.class).close();

			assertThat(scope.isCancelled()).isTrue();
			scope.close();
		});
	}

	@Test
	void stopWaitsForCancelledScopesToClose() {
		AtomicReference<OpenScope> scope = new AtomicReference<>();
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicReference<Boolean> openAtTheEnd = new AtomicReference<>();
		runner().withPropertyValues("cancel-scope.shutdown.await=1m")
			.withBean("serverStops", SmartLifecycle.class,
					() -> new Probe(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE,
							() -> openAtTheEnd.set(!scope.get().details().closed())))
			.run((context) -> {
				scope.set(context.getBean(CancelScopes.class).openUnbound(ScopeOptions.none()));
				scope.get().onCancel((reason) -> cancelled.countDown());
				CompletableFuture<Void> closing = CompletableFuture
					.runAsync(context.getSourceApplicationContext(ConfigurableApplicationContext.class)::close);
				await(cancelled);
				Awaitility.await().until(ShutdownTests::shutdownWaits);
				assertThat(openAtTheEnd).hasNullValue();

				scope.get().close();

				assertThat(closing).succeedsWithin(Duration.ofSeconds(PATIENCE));
				assertThat(openAtTheEnd).hasValue(false);
			});
	}

	@Test
	void zeroDoesNotWait() {
		AtomicReference<OpenScope> scope = new AtomicReference<>();
		runner().withPropertyValues("cancel-scope.shutdown.await=0").run((context) -> {
			scope.set(context.getBean(CancelScopes.class).openUnbound(ScopeOptions.none()));
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).close();
			assertThat(scope.get().isCancelled()).isTrue();
		});
		scope.get().close();
	}

	@Test
	void negativeWaitIsAnErrorThatSaysWhatToDo() {
		runner().withPropertyValues("cancel-scope.shutdown.await=-1s")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("cancel-scope.shutdown.await")
				.hasMessageContaining("or 0 to not wait"));
	}

	@Test
	void asyncTaskIsCancelledBeforeItsExecutorIsStopped() throws Exception {
		ConfigurableApplicationContext context = start(Background.class, "30s");
		Progress work = context.getBean(Progress.class);
		Probes probes = context.getBean(Probes.class);
		context.getBean(AsyncCaller.class).call();
		await(work.begun);

		context.close();

		await(work.ended);
		assertThat(work.reasons).extracting(CancelReason::kind).containsExactly(Kind.SHUTDOWN);
		assertThat(probes.cancelledBeforeExecutorsStopped).isTrue();
	}

	@Test
	void scheduledTaskIsCancelled() throws Exception {
		ConfigurableApplicationContext context = start(Scheduling.class, "30s");
		Progress work = context.getBean(Progress.class);
		Probes probes = context.getBean(Probes.class);
		await(work.begun);

		context.close();

		await(work.ended);
		assertThat(work.reasons).extracting(CancelReason::kind).containsExactly(Kind.SHUTDOWN);
		assertThat(probes.cancelledBeforeExecutorsStopped).isTrue();
	}

	@Test
	void callbackThatBlocksDoesNotHoldUpTheShutdown() throws Exception {
		ConfigurableApplicationContext context = start(Background.class, "200ms");
		OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ScopeOptions.named("stubborn"));
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch blocked = new CountDownLatch(1);
		scope.onCancel((reason) -> {
			blocked.countDown();
			awaitQuietly(release);
		});

		context.close();

		await(blocked);
		release.countDown();
		scope.close();
	}

	@Test
	void callbackThatBlocksDelaysNoOtherScope() {
		CountDownLatch both = new CountDownLatch(2);
		runner().run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			try (OpenScope one = scopes.openUnbound(ScopeOptions.named("one"));
					OpenScope two = scopes.openUnbound(ScopeOptions.named("two"))) {
				List<String> met = new CopyOnWriteArrayList<>();
				for (OpenScope scope : List.of(one, two)) {
					scope.onCancel((reason) -> {
						both.countDown();
						awaitQuietly(both);
						met.add(scope.name());
					});
				}

				scopes.cancelAll(Kind.SHUTDOWN, "the application stops");

				Awaitility.await().untilAsserted(() -> assertThat(met).containsExactlyInAnyOrder("one", "two"));
			}
		});
	}

	@Test
	void nothingIsCancelledOrRememberedWhereThePropertyIsOff() {
		runner().withPropertyValues("cancel-scope.shutdown.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(CancelAtShutdown.class);
			assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(CancelScopes.class).cancelAll(Kind.SHUTDOWN, "now"));
		});
	}

	@Test
	void usersScopesThatAreNotRememberedAreLeftAlone() {
		AtomicReference<OpenScope> scope = new AtomicReference<>();

		runner().withBean(CancelScopes.class, CancelScopes::create).run((context) -> {
			assertThat(context).hasNotFailed();
			scope.set(context.getBean(CancelScopes.class).openUnbound(ScopeOptions.none()));
		});

		assertThat(scope.get().isCancelled()).isFalse();
		scope.get().close();
	}

	@Test
	void pauseIsNotTheEnd() {
		runner().run((context) -> {
			OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ScopeOptions.none());
			try (scope) {
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).pause();

				assertThat(scope.isCancelled()).isFalse();
			}
		});
	}

	@Test
	void phaseIsAfterThatOfRequestsAndBeforeThatOfExecutors() {
		assertThat(CancelAtShutdown.PHASE).isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
			.isGreaterThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isGreaterThan(ExecutorConfigurationSupport.DEFAULT_PHASE);
	}

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeShutdownAutoConfiguration.class));
	}

	private static ConfigurableApplicationContext start(Class<?> application, String gracefulPeriod, String... more) {
		boolean web = application == Desk.class;
		return new SpringApplicationBuilder(application).web(web ? WebApplicationType.SERVLET : WebApplicationType.NONE)
			.run(StringUtils.concatenateStringArrays(
					new String[] { "--spring.main.web-application-type=" + (web ? "servlet" : "none"),
							"--server.port=0", "--spring.autoconfigure.exclude=" + JETTY,
							"--spring.lifecycle.timeout-per-shutdown-phase=" + gracefulPeriod },
					more));
	}

	private CompletableFuture<HttpResponse<String>> get(ConfigurableApplicationContext context, String path) {
		String port = context.getEnvironment().getProperty("local.server.port");
		return this.http.sendAsync(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
				BodyHandlers.ofString());
	}

	private static void await(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			await(latch);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** The thread that cancels is where it waits for a scope to close. */
	private static boolean shutdownWaits() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getName().equals("cancel-scope-shutdown"))
			.flatMap((thread) -> Arrays.stream(thread.getValue()))
			.anyMatch((frame) -> frame.getMethodName().equals("awaitClosed"));
	}

	/** How far the work has come. */
	static class Progress {

		final CountDownLatch begun = new CountDownLatch(1);

		final CountDownLatch mayEnd = new CountDownLatch(1);

		final CountDownLatch ended = new CountDownLatch(1);

		final List<CancelReason> reasons = new CopyOnWriteArrayList<>();

	}

	/** Goes on until it may end, or its scope is cancelled. */
	static class Work {

		private final Progress progress;

		Work(Progress progress) {
			this.progress = progress;
		}

		@CancelScoped
		public String work() throws InterruptedException {
			CancelScope scope = CancelScope.current();
			scope.onCancel((reason) -> {
				this.progress.reasons.add(reason);
				this.progress.mayEnd.countDown();
			});
			this.progress.begun.countDown();
			try {
				this.progress.mayEnd.await();
				scope.check();
				return "done";
			}
			finally {
				this.progress.ended.countDown();
			}
		}

	}

	/** Looks what has happened by when. */
	static class Probes {

		final CountDownLatch graceful = new CountDownLatch(1);

		volatile boolean cancelledBeforeExecutorsStopped;

		@Bean
		SmartLifecycle beforeRequestsComplete() {
			return new Probe(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, this.graceful::countDown);
		}

		@Bean
		SmartLifecycle beforeExecutorsStop(Progress work) {
			return new Probe(ExecutorConfigurationSupport.DEFAULT_PHASE + 1,
					() -> this.cancelledBeforeExecutorsStopped = !work.reasons.isEmpty());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Progress.class, Work.class, Probes.class })
	@RestController
	static class Desk {

		private final Work work;

		Desk(Work work) {
			this.work = work;
		}

		@GetMapping("/work")
		String work() throws InterruptedException {
			return this.work.work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@Import({ Progress.class, Work.class, Probes.class, AsyncCaller.class })
	static class Background {

	}

	static class AsyncCaller {

		private final Work work;

		AsyncCaller(Work work) {
			this.work = work;
		}

		@Async
		public void call() throws InterruptedException {
			this.work.work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@Import({ Progress.class, Work.class, Probes.class, Tick.class })
	static class Scheduling {

	}

	static class Tick {

		private final Work work;

		Tick(Work work) {
			this.work = work;
		}

		@Scheduled(fixedDelay = Long.MAX_VALUE / 2, timeUnit = TimeUnit.NANOSECONDS)
		void tick() throws InterruptedException {
			this.work.work();
		}

	}

	private record Probe(int phase, Runnable onStop) implements SmartLifecycle {

		@Override
		public void start() {
		}

		@Override
		public void stop() {
			this.onStop.run();
		}

		@Override
		public boolean isRunning() {
			return true;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

}
