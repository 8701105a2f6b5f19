package io.cancelscope.spring.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.reactor.CancelScopeReactorAutoConfiguration;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of {@code docs/guides/reactive.md}, which is cut from here.
 */
@Timeout(30)
class ReactivePageTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final ManualTime time = new ManualTime();

	private final TestPublisher<String> supplier = TestPublisher.create();

	private final List<String> indexed = new ArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeReactorAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		// Callbacks have run when advance(…) returns.
		.withBean(CancelScopesCustomizer.class,
				() -> (builder) -> builder.callbackExecutor(this.time.callbackExecutor()))
		.withBean(Quotes.class, () -> new Quotes(this.supplier.mono(), this::index));

	private String index(String page) {
		this.indexed.add(page);
		this.time.advance(Duration.ofMillis(300));
		return page;
	}

	@Test
	void fallbackAnswersAndTheSourceIsCancelled() {
		this.runner.run((context) -> {
			Quotes quotes = context.getBean(Quotes.class);
			StepVerifier.create(quotes.best("OSL"))
				.then(() -> this.time.advance(Duration.ofMillis(800)))
				.expectNext("cached OSL")
				.expectComplete()
				.verify(SOON);

			this.supplier.assertCancelled();
			assertThat(this.time.pending()).isZero();
		});
	}

	@Test
	void operatorChecksTheScopeOfTheContext() {
		this.runner.run((context) -> {
			Quotes quotes = context.getBean(Quotes.class);
			StepVerifier.create(quotes.index(List.of("one", "two", "three", "four")))
				.expectNext("one", "two")
				.expectError(DeadlineExceededException.class)
				.verify(SOON);

			// The deadline passes during the third, which nobody gets.
			assertThat(this.indexed).containsExactly("one", "two", "three");
		});
	}

	static class Quotes {

		private final Mono<String> supplier;

		private final UnaryOperator<String> indexing;

		Quotes(Mono<String> supplier, UnaryOperator<String> indexing) {
			this.supplier = supplier;
			this.indexing = indexing;
		}

		private Mono<String> ask(String from) {
			return this.supplier;
		}

		private String index(String page) {
			return this.indexing.apply(page);
		}

		// tag::mono[]
		@CancelScoped(timeout = "800ms", fallback = "cached")
		Mono<String> best(String from) {
			return ask(from);
		}

		Mono<String> cached(String from) {
			return Mono.just("cached " + from);
		}
		// end::mono[]

		// tag::context[]
		@CancelScoped("800ms")
		Flux<String> index(List<String> pages) {
			return Flux.deferContextual((context) -> {
				CancelScope scope = ScopeInContext.current(context);
				return Flux.fromIterable(pages).doOnNext((page) -> scope.check()).map(this::index);
			});
		}
		// end::context[]

	}

}
