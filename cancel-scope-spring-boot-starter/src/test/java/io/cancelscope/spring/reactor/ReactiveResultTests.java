package io.cancelscope.spring.reactor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * AS-11 to AS-16: scopes from subscription to the end.
 */
class ReactiveResultTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final List<CancelScope> opened = new ArrayList<>();

	private final Set<CancelScope> closed = ConcurrentHashMap.newKeySet();

	private final TestPublisher<String> source = TestPublisher.create();

	private @Nullable CancelScopes current;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeFutureAutoConfiguration.class, CancelScopeReactorAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				ReactiveResultTests.this.opened.add(scope);
			}

			@Override
			public void closed(CancelScope scope) {
				ReactiveResultTests.this.closed.add(scope);
			}

		});

	@AfterEach
	void allIsClosedAndNothingIsScheduled() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
		assertThat(this.closed).containsExactlyInAnyOrderElementsOf(this.opened);
	}

	@Test
	void nothingIsOpenedUntilSomebodySubscribes() {
		run((desk) -> {
			Mono<String> best = desk.best();
			assertThat(this.opened).isEmpty();
			this.time.advance(BUDGET);
			StepVerifier.create(best)
				.then(() -> this.source.emit("best"))
				.expectNext("best")
				.expectComplete()
				.verify(SOON);
			assertThat(this.opened).hasSize(1).noneMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void eachSubscriberHasItsOwnScopeAndClock() {
		run((desk) -> {
			Mono<String> best = desk.best();
			StepVerifier first = StepVerifier.create(best).expectError(DeadlineExceededException.class).verifyLater();
			this.time.advance(BUDGET.dividedBy(2));
			StepVerifier second = StepVerifier.create(best).expectNext("best").expectComplete().verifyLater();
			this.time.advance(BUDGET.dividedBy(2));
			this.source.emit("best");
			first.verify(SOON);
			second.verify(SOON);
			assertThat(this.opened).hasSize(2);
		});
	}

	@Test
	void deadlineFailsTheMonoOnceAndCancelsWhatIsUpstream() {
		run((desk) -> {
			StepVerifier.create(desk.best())
				.then(() -> this.time.advance(BUDGET))
				.expectErrorMessage("scope 'TripDesk.best' (800ms) exceeded its deadline")
				.verify(SOON);
			this.source.assertCancelled();
		});
	}

	@Test
	void deadlineCoversTheWholeFlux() {
		run((desk) -> {
			StepVerifier.create(desk.all()).then(() -> {
				this.source.next("first");
				this.time.advance(BUDGET.minusMillis(1));
				this.source.next("second");
				this.time.advance(Duration.ofMillis(1));
			}).expectNext("first", "second").expectError(DeadlineExceededException.class).verify(SOON);
			this.source.assertCancelled();
		});
	}

	/**
	 * <pre>
	 * subscriber: subscribes ............... has its subscription
	 * scope:                 deadline passes
	 * </pre>
	 */
	@Test
	void deadlineInTheMiddleOfTheSubscriptionIsNotLost() {
		run((desk) -> {
			CompletableFuture<String> best = desk.best()
				.doOnSubscribe((subscription) -> this.time.advance(BUDGET))
				.toFuture();
			CompletableFuture<List<String>> all = desk.all()
				.doOnSubscribe((subscription) -> this.time.advance(BUDGET))
				.collectList()
				.toFuture();

			assertThat(best).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(DeadlineExceededException.class);
			assertThat(all).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(DeadlineExceededException.class);
		});
	}

	@Test
	void subscriberThatCancelsCancelsTheScopeAndSeesNoError() {
		run((desk) -> {
			StepVerifier.create(desk.all())
				.then(() -> this.source.next("first"))
				.expectNext("first")
				.thenCancel()
				.verify(SOON);
			this.source.assertCancelled();
			assertThat(this.opened.get(0).reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(CancelReason.Kind.REQUESTED);
				assertThat(reason.message()).isEqualTo("its subscriber cancelled");
			});
		});
	}

	@Test
	void failureCancelsTheScopeAndPassesUnchanged() {
		run((desk) -> {
			IllegalStateException failure = new IllegalStateException("no such airport");
			StepVerifier.create(desk.best())
				.then(() -> this.source.error(failure))
				.expectErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure))
				.verify(SOON);
			this.source.assertNotCancelled();
			assertThat(this.opened.get(0).reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.FAILED);
		});
	}

	@Test
	void scopeIsInTheContextAndParentOfThoseBelow() {
		run((desk) -> {
			StepVerifier.create(desk.outer(desk))
				.then(() -> this.time.advance(Duration.ofMillis(300)))
				.expectErrorMessage("scope 'TripDesk.outer' (300ms) exceeded its deadline")
				.verify(SOON);
			assertThat(this.opened).extracting(CancelScope::name).containsExactly("TripDesk.outer", "TripDesk.best");
		});
	}

	@Test
	void scopeOfTheCallerIsTheParentWhereTheContextHasNone() {
		run((desk) -> scopes().run(ScopeOptions.named("request"),
				(request) -> StepVerifier.create(desk.best())
					.then(() -> request.cancel("client went away"))
					.expectErrorMessage(
							"scope 'TripDesk.best' (800ms) was cancelled, along with 'request': client went away")
					.verify(SOON)));
	}

	@Test
	void valueThatComesTooLateGoesToTheDiscardHookOfTheSubscriber() {
		List<String> discarded = new ArrayList<>();
		TestPublisher<String> rude = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		run((desk) -> StepVerifier.create(desk.of(rude.mono()).doOnDiscard(String.class, discarded::add))
			.then(() -> this.time.advance(BUDGET))
			.then(() -> rude.next("late"))
			.expectError(DeadlineExceededException.class)
			.verify(SOON));
		assertThat(discarded).containsExactly("late");
	}

	@Test
	void fallbackMakesTheResultWhereTheScopeStoppedTheWork() {
		run((desk) -> StepVerifier.create(desk.orElse())
			.then(() -> this.time.advance(BUDGET))
			.expectNext("cheapest after DEADLINE")
			.expectComplete()
			.verify(SOON));
	}

	@Test
	void scopeCancelledFromTheStartFailsWithoutSubscribing() {
		run((desk) -> scopes().run(ScopeOptions.named("request"), (request) -> {
			request.cancel();
			StepVerifier.create(desk.best()).expectError(ScopeCancelledException.class).verify(SOON);
			StepVerifier.create(desk.checkedOnEnter()).expectError(ScopeCancelledException.class).verify(SOON);
			this.source.assertWasNotSubscribed();
		}));
	}

	@Test
	void typesOfTheAdapterRegistryAreBoundToo() {
		run((desk) -> StepVerifier.create(JdkFlowAdapter.flowPublisherToFlux(desk.flow()))
			.then(() -> this.time.advance(BUDGET))
			.expectError(DeadlineExceededException.class)
			.verify(SOON));
	}

	@Test
	void featureIsAbsentWhereReactorIs() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor.", "org.reactivestreams."))
			.withBean(Plain.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(CancelScopeReactorAutoConfiguration.class);
				assertThat(context.getBean(Plain.class).name()).isEqualTo("Plain.name");
			});
	}

	private CancelScopes scopes() {
		assertThat(this.current).isNotNull();
		return this.current;
	}

	private void run(Consumer<TripDesk> test) {
		this.runner.withBean(TripDesk.class, () -> new TripDesk()).run((context) -> {
			this.current = context.getBean(CancelScopes.class);
			test.accept(context.getBean(TripDesk.class));
		});
	}

	class TripDesk {

		@CancelScoped("800ms")
		Mono<String> best() {
			return ReactiveResultTests.this.source.mono();
		}

		@CancelScoped("800ms")
		Mono<String> of(Mono<String> mono) {
			return mono;
		}

		@CancelScoped("800ms")
		Flux<String> all() {
			return ReactiveResultTests.this.source.flux();
		}

		@CancelScoped("800ms")
		Flow.Publisher<String> flow() {
			return JdkFlowAdapter.publisherToFlowPublisher(ReactiveResultTests.this.source.flux());
		}

		@CancelScoped("300ms")
		Mono<String> outer(TripDesk desk) {
			return Mono.deferContextual((context) -> {
				assertThat(ScopeInContext.current(context).name()).isEqualTo("TripDesk.outer");
				return desk.best();
			});
		}

		@CancelScoped(timeout = "800ms", checkOnEnter = true)
		Mono<String> checkedOnEnter() {
			return ReactiveResultTests.this.source.mono();
		}

		@CancelScoped(timeout = "800ms", fallback = "cheapest")
		Mono<String> orElse() {
			return ReactiveResultTests.this.source.mono();
		}

		Mono<String> cheapest(CancelReason reason) {
			return Mono.just("cheapest after " + reason.kind());
		}

	}

	/** Public, since its proxy is made by the other class loader. */
	public static class Plain {

		@CancelScoped("2s")
		public String name() {
			return CancelScope.current().name();
		}

	}

}
