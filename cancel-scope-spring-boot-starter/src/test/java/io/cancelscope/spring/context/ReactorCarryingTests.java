package io.cancelscope.spring.context;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.reactor.CancelScopeReactorAutoConfiguration;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.reactor.autoconfigure.ReactorAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a pipeline sees on the threads it runs on, in both modes of
 * {@code spring.reactor.context-propagation}.
 */
class ReactorCarryingTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final Queue<CancelScope> opened = new ConcurrentLinkedQueue<>();

	private final Queue<CancelScope> closed = new ConcurrentLinkedQueue<>();

	private final TestPublisher<String> source = TestPublisher.create();

	private final Scheduler other = Schedulers.newSingle("other");

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeReactorAutoConfiguration.class, ReactorAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				ReactorCarryingTests.this.opened.add(scope);
			}

			@Override
			public void closed(CancelScope scope) {
				ReactorCarryingTests.this.closed.add(scope);
			}

		});

	@AfterEach
	void allThreadsAreBackAtTheRoot() {
		Hooks.disableAutomaticContextPropagation();
		CompletableFuture<String> there = new CompletableFuture<>();
		this.other.schedule(() -> there.complete(current()));
		assertThat(there).succeedsWithin(SOON).isEqualTo("root");
		assertThat(current()).isEqualTo("root");
		this.other.dispose();
		assertThat(this.time.pending()).isZero();
		assertThat(this.closed).containsExactlyInAnyOrderElementsOf(this.opened);
	}

	@Test
	@CarryingRow(way = "Reactor operators on other threads, `spring.reactor.context-propagation=auto`", carried = "yes",
			by = "the `ThreadLocalAccessor`: each operator sees what the Context holds")
	void inAutoModeOperatorsSeeTheScope() {
		Hooks.enableAutomaticContextPropagation();
		inRequest((request) -> assertThat(hop().map((x) -> current()).block(SOON)).isEqualTo("request"));
	}

	@Test
	@CarryingRow(way = "Reactor operators on other threads, `spring.reactor.context-propagation=limited`",
			carried = "no", by = "ask `ScopeInContext.current(context)`")
	void inLimitedModeOperatorsSeeNoScope() {
		inRequest((request) -> assertThat(hop().map((x) -> current()).block(SOON)).isEqualTo("root"));
	}

	@Test
	@CarryingRow(way = "Reactor's `handle` and `tap` after `contextCapture()`", carried = "yes",
			by = "the `ThreadLocalAccessor`, in both modes")
	void inLimitedModeHandleSeesACapturedScopeAndMapDoesNot() {
		inRequest((request) -> {
			assertThat(hop().map((x) -> current()).contextCapture().block(SOON)).isEqualTo("root");
			assertThat(hop().<String>handle((x, sink) -> sink.next(current())).contextCapture().block(SOON))
				.isEqualTo("request");
		});
	}

	@Test
	void inAutoModeCapturingOnceMoreChangesNothing() {
		Hooks.enableAutomaticContextPropagation();
		inRequest((request) -> {
			assertThat(hop().map((x) -> current()).contextCapture().block(SOON)).isEqualTo("request");
			assertThat(hop().<String>handle((x, sink) -> sink.next(current())).contextCapture().block(SOON))
				.isEqualTo("request");
		});
	}

	@Test
	void contextHoldsTheSubscribersScopeInAutoModeOnly() {
		Mono<Boolean> isThere = Mono.deferContextual((context) -> Mono.just(context.hasKey(ScopeInContext.KEY)));
		inRequest((request) -> {
			assertThat(isThere.block(SOON)).isFalse();
			assertThat(isThere.contextCapture().block(SOON)).isTrue();
			Hooks.enableAutomaticContextPropagation();
			assertThat(isThere.block(SOON)).isTrue();
		});
	}

	@Test
	void callableOnBoundedElasticSeesTheScopeInAutoModeOnly() {
		Mono<String> callable = Mono.fromCallable(ReactorCarryingTests::current)
			.subscribeOn(Schedulers.boundedElastic());
		inRequest((request) -> {
			assertThat(callable.block(SOON)).isEqualTo("root");
			Hooks.enableAutomaticContextPropagation();
			assertThat(callable.block(SOON)).isEqualTo("request");
		});
	}

	@Test
	void scopeWrittenIntoTheContextIsSeenInAutoModeOnly() {
		OpenScope written = this.scopes.openUnbound(ScopeOptions.named("written"));
		assertThat(namesIn(written).block(SOON)).isEqualTo("written and root");
		Hooks.enableAutomaticContextPropagation();
		assertThat(namesIn(written).block(SOON)).isEqualTo("written and written");
		written.close();
	}

	private Mono<String> namesIn(CancelScope written) {
		return hop()
			.flatMap((x) -> Mono
				.deferContextual((context) -> Mono.just(ScopeInContext.current(context).name() + " and " + current())))
			.contextWrite((context) -> context.put(ScopeInContext.KEY, written));
	}

	@ParameterizedTest
	@EnumSource
	void methodsPipelineRunsInItsOwnScopeInsideTheSubscribers(Mode mode) {
		run(mode, (desk) -> inRequest((request) -> {
			String seen = desk.names(this.other).block(SOON);
			assertThat(seen).isEqualTo("TripDesk.names and " + ((mode == Mode.AUTO) ? "TripDesk.names" : "root"));
		}));
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "`Mono` and `Flux` of a `@CancelScoped` method", carried = "yes",
			by = "the Reactor Context: a scope from subscription to the end")
	void subscribersScopeIsTheParentAlsoOnAnotherThread(Mode mode) {
		AtomicBoolean cancelled = new AtomicBoolean();
		Flux<String> endless = Flux.just("first").concatWith(Flux.never()).doOnCancel(() -> cancelled.set(true));
		run(mode,
				(desk) -> inRequest((request) -> StepVerifier
					.create(Flux.defer(() -> desk.of(endless)).subscribeOn(this.other).contextCapture())
					.expectNext("first")
					.then(() -> request.cancel("client went away"))
					.expectErrorMessage(
							"scope 'TripDesk.of' (800ms) was cancelled, along with 'request': client went away")
					.verify(SOON)));
		assertThat(cancelled).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void downstreamOfTheMethodTheScopeAroundIsCurrentAgain(Mode mode) {
		run(mode, (desk) -> inRequest((request) -> {
			List<String> seen = new ArrayList<>();
			desk.names(this.other).doOnNext((x) -> seen.add(current())).block(SOON);
			assertThat(seen).containsExactly((mode == Mode.AUTO) ? "request" : "root");
		}));
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsOpenedWhereNobodySubscribes(Mode mode) {
		run(mode, (desk) -> {
			desk.all();
			desk.names(this.other);
			assertThat(this.opened).isEmpty();
		});
	}

	@ParameterizedTest
	@EnumSource
	void deadlineFailsTheResultOnceAndCancelsWhatIsUpstream(Mode mode) {
		List<Throwable> dropped = new ArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			run(mode,
					(desk) -> StepVerifier.create(desk.all())
						.then(() -> this.time.advance(Duration.ofMillis(800)))
						.expectError(DeadlineExceededException.class)
						.verify(SOON));
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
		this.source.assertCancelled();
		assertThat(dropped).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void subscriberThatCancelsCancelsTheScope(Mode mode) {
		run(mode,
				(desk) -> StepVerifier.create(desk.all())
					.then(() -> this.source.next("first"))
					.expectNext("first")
					.thenCancel()
					.verify(SOON));
		this.source.assertCancelled();
		assertThat(this.opened).singleElement()
			.satisfies((scope) -> assertThat(scope.reason().orElseThrow().message())
				.isEqualTo("its subscriber cancelled"));
	}

	@ParameterizedTest
	@EnumSource
	void valueThatComesTooLateGoesToTheSubscribersDiscardHook(Mode mode) {
		List<Object> discarded = new ArrayList<>();
		TestPublisher<String> rude = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		TestPublisher<String> ruder = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		run(mode, (desk) -> {
			StepVerifier.create(desk.of(rude.flux()).doOnDiscard(Object.class, discarded::add))
				.then(() -> this.time.advance(Duration.ofMillis(800)))
				.then(() -> rude.next("late"))
				.expectError(DeadlineExceededException.class)
				.verify(SOON);
			StepVerifier.create(desk.of(ruder.mono()).doOnDiscard(Object.class, discarded::add))
				.then(() -> this.time.advance(Duration.ofMillis(800)))
				.then(() -> ruder.next("too late"))
				.expectError(DeadlineExceededException.class)
				.verify(SOON);
		});
		assertThat(discarded).containsExactly("late", "too late");
	}

	private Mono<String> hop() {
		return Mono.just("x").publishOn(this.other);
	}

	private void inRequest(Consumer<OpenScope> test) {
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			test.accept(request);
		}
	}

	private void run(Mode mode, Consumer<TripDesk> test) {
		this.runner.withPropertyValues("spring.reactor.context-propagation=" + mode)
			.withBean(TripDesk.class, () -> new TripDesk())
			.run((context) -> test.accept(context.getBean(TripDesk.class)));
	}

	private static String current() {
		return CancelScope.current().name();
	}

	enum Mode {

		LIMITED, AUTO

	}

	class TripDesk {

		@CancelScoped("800ms")
		Flux<String> all() {
			return ReactorCarryingTests.this.source.flux();
		}

		@CancelScoped("800ms")
		Flux<String> of(Flux<String> flux) {
			return flux;
		}

		@CancelScoped("800ms")
		Mono<String> of(Mono<String> mono) {
			return mono;
		}

		@CancelScoped("800ms")
		Mono<String> names(Scheduler other) {
			return Mono.just("x")
				.publishOn(other)
				.flatMap((x) -> Mono.deferContextual(
						(context) -> Mono.just(ScopeInContext.current(context).name() + " and " + current())));
		}

	}

}
