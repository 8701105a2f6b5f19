package io.cancelscope.spring.aop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.spring.reactor.CancelScopeReactorAutoConfiguration;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The attribute {@code key}.
 */
class CancelScopedKeyTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class,
				CancelScopeReactorAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, AopAutoConfiguration.class))
		.withUserConfiguration(AsyncConfiguration.class)
		.withPropertyValues("desk.prefix=order-");

	@Test
	void keyIsThatOfTheCall() {
		run((desk, scopes) -> {
			assertThat(desk.byName(42)).contains("order-42");
			assertThat(desk.byName(43)).contains("order-43");
			assertThat(desk.byPosition(new Order(7, null))).contains("order-7");
			assertThat(desk.ofRecord(new Order(7, null))).contains("order-7");
			assertThat(desk.ofMap(Map.of("id", 7L))).contains("7");
			assertThat(desk.ofRoot("a", "b")).contains("ofRoot-b");
			assertThat(desk.withPlaceholder(42)).contains("order-42");
			assertThat(desk.constant()).contains("nightly");
			assertThat(desk.uuid(new UUID(0, 1))).contains("00000000-0000-0000-0000-000000000001");
			assertThat(desk.meta(42)).contains("meta-42");
			assertThat(desk.selected(List.of(1, 2, 3))).contains("3");
		});
	}

	@Test
	void nullIsNoKey() {
		run((desk, scopes) -> {
			assertThat(desk.ofCustomer(new Order(7, null))).isEmpty();
			assertThat(desk.ofCustomer(new Order(7, "ada"))).contains("ada");
			assertThat(desk.noKey()).isEmpty();
		});
	}

	@Test
	void scopeIsFoundByItsKeyDuringTheCallAlone() {
		run((desk, scopes) -> {
			assertThat(desk.findsItself(42)).isTrue();
			assertThat(scopes.findByKey("order-42")).isEmpty();
		});
	}

	@Test
	void resultsThatOutliveTheCallHaveTheKey() {
		run((desk, scopes) -> {
			CompletableFuture<String> open = new CompletableFuture<>();
			CompletableFuture<String> future = desk.future(1, open);
			assertThat(scopes.findByKey("future-1")).hasSize(1);
			open.complete("done");
			assertThat(get(future)).isEqualTo("done");
			assertThat(scopes.findByKey("future-1")).isEmpty();

			assertThat(get(desk.async(2))).isEqualTo("async-2");
			assertThat(desk.mono(3).block(Duration.ofSeconds(30))).isEqualTo("mono-3");
		});
	}

	@Test
	void expressionThatFailsKeepsTheMethodFromRunning() {
		run((desk, scopes) -> {
			assertThatIllegalStateException().isThrownBy(() -> desk.ofRecord(null))
				.withMessageStartingWith("Could not determine the key of a scope: Bean '")
				.withMessageContaining(
						": @CancelScoped on " + Desk.class.getName() + "#ofRecord has key = \"'order-' + #order.id\": ")
				.withMessageContaining("The method was not called.");
			assertThatIllegalStateException().isThrownBy(() -> desk.named("  "))
				.withMessageContaining("must not be blank");
			assertThatIllegalStateException().isThrownBy(() -> desk.named("k".repeat(201)))
				.withMessageContaining("must have at most 200 characters");
			assertThatIllegalStateException().isThrownBy(() -> desk.thrown(new Thrower()))
				.withMessageContaining("#thrown has key")
				.withMessageNotContaining("sesame");
			assertThatIllegalStateException().isThrownBy(() -> desk.async(null));
			assertThat(desk.calls()).isZero();
		});
	}

	/** What an argument holds is text, whatever it looks like. */
	@Test
	void argumentsAreNotEvaluated() {
		run((desk, scopes) -> assertThat(desk.named("T(java.lang.Runtime).getRuntime() ${desk.prefix} #{1}"))
			.contains("T(java.lang.Runtime).getRuntime() ${desk.prefix} #{1}"));
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void whatCannotBeEvaluatedStopsTheStartUp(Object bean, String problem, String advice) {
		this.runner.withBean("desk", Object.class, () -> bean)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies((failure) -> assertThat(rootOfOurs(context.getStartupFailure()))
					.hasMessageContaining("Bean 'desk': @CancelScoped on ")
					.hasMessageContaining("#call has key = \"")
					.hasMessageContaining(problem)
					.hasMessageContaining(advice)));
	}

	private static Throwable rootOfOurs(Throwable failure) {
		Throwable at = failure;
		while (at != null && !(at instanceof InvalidCancelScopedException)) {
			at = at.getCause();
		}
		return at;
	}

	static Stream<Arguments> wrong() {
		return Stream.of(Arguments.of(new Object() {

			@CancelScoped(key = "'order-' + ")
			public void call(long id) {
			}

		}, "which is not an expression", "for example key = \"'order-' + #id\""), Arguments.of(new Object() {

			@CancelScoped(key = "'order-' + #ids")
			public void call(long id) {
			}

		}, "which names '#ids', which is no parameter of the method", "Use one of #a0, #id, #p0, #root, #this"),
				Arguments.of(new Object() {

					@CancelScoped(key = "#p1")
					public void call(long id) {
					}

				}, "which names '#p1'", "Use one of"), Arguments.of(new Object() {

					@CancelScoped(key = "order-42")
					public void call() {
					}

				}, "which names 'order', which is neither text nor an argument", "Write text in single quotes"),
				Arguments.of(new Object() {

					@CancelScoped(key = "T(java.lang.Runtime).getRuntime().toString()")
					public void call() {
					}

				}, "which names a type", "Use only the arguments"), Arguments.of(new Object() {

					@CancelScoped(key = "new java.util.Date().toString()")
					public void call() {
					}

				}, "which names a type", "Use only the arguments"), Arguments.of(new Object() {

					@CancelScoped(key = "@orders.number(#id)")
					public void call(long id) {
					}

				}, "which names a type, a constructor, a bean or a function: @orders", "Use only the arguments"),
				Arguments.of(new Object() {

					@CancelScoped(key = "#id + toString()")
					public void call(long id) {
					}

				}, "which calls 'toString()' on no argument", "Call methods of arguments only"),
				Arguments.of(new Object() {

					@CancelScoped(key = "'  '")
					public void call() {
					}

				}, "which cannot be evaluated", "must not be blank"), Arguments.of(new Object() {

					@CancelScoped(key = "'${desk.missing}' + #id")
					public void call(long id) {
					}

				}, "which cannot be resolved", "Set the property of the placeholder"));
	}

	@Test
	void attributeOfTheClassHasToFitAllMethods() {
		this.runner.withBean(ClassLevel.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(ClassLevel.class).one("a")).contains("one-a");
			assertThat(context.getBean(ClassLevel.class).two("b", 1)).contains("two-b");
		});
	}

	private void run(BiConsumer<Desk, CancelScopes> test) {
		this.runner.withBean(Desk.class)
			.run((context) -> test.accept(context.getBean(Desk.class), context.getBean(CancelScopes.class)));
		// The aspect does not see meta-annotations, so those tests are not repeated.
	}

	@Test
	void aspectEvaluatesItToo() {
		this.runner.withPropertyValues("cancel-scope.weaving=aspect").withBean(Desk.class).run((context) -> {
			Desk desk = context.getBean(Desk.class);
			assertThat(desk.byName(42)).contains("order-42");
			assertThat(get(desk.async(2))).isEqualTo("async-2");
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> desk.named("  "));
		});
	}

	private static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Optional<String> key() {
		return CancelScope.current().key();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

	}

	record Order(long id, String customer) {

	}

	static class Thrower {

		@Override
		public String toString() {
			throw new UnsupportedOperationException("sesame");
		}

	}

	@CancelScoped
	@Retention(RetentionPolicy.RUNTIME)
	@interface Keyed {

		@AliasFor(annotation = CancelScoped.class, attribute = "key")
		String value();

	}

	@CancelScoped(key = "#root.methodName + '-' + #p0")
	static class ClassLevel {

		public Optional<String> one(String a) {
			return key();
		}

		public Optional<String> two(String b, int c) {
			return key();
		}

	}

	static class Desk {

		private int calls;

		public int calls() {
			return this.calls;
		}

		@CancelScoped(key = "'order-' + #id")
		public Optional<String> byName(long id) {
			return key();
		}

		@CancelScoped(key = "'order-' + #p0.id")
		public Optional<String> byPosition(Order order) {
			return key();
		}

		@CancelScoped(key = "'order-' + #order.id")
		public Optional<String> ofRecord(Order order) {
			this.calls++;
			return key();
		}

		@CancelScoped(key = "#values['id']")
		public Optional<String> ofMap(Map<String, Long> values) {
			return key();
		}

		@CancelScoped(key = "#root.methodName + '-' + #root.args[1]")
		public Optional<String> ofRoot(String one, String two) {
			return key();
		}

		@CancelScoped(key = "'${desk.prefix}' + #id")
		public Optional<String> withPlaceholder(long id) {
			return key();
		}

		@CancelScoped(key = "'nightly'")
		public Optional<String> constant() {
			return key();
		}

		@CancelScoped(key = "#id")
		public Optional<String> uuid(UUID id) {
			return key();
		}

		@Keyed("'meta-' + #id")
		public Optional<String> meta(long id) {
			return key();
		}

		@CancelScoped(key = "#numbers.?[#this > 2][0]")
		public Optional<String> selected(List<Integer> numbers) {
			return key();
		}

		@CancelScoped(key = "#order.customer")
		public Optional<String> ofCustomer(Order order) {
			return key();
		}

		@CancelScoped
		public Optional<String> noKey() {
			return key();
		}

		@CancelScoped(key = "#text")
		public Optional<String> named(String text) {
			return key();
		}

		@CancelScoped(key = "#thrower")
		public Optional<String> thrown(Thrower thrower) {
			return key();
		}

		@CancelScoped(key = "'order-' + #id")
		public boolean findsItself(long id) {
			return CancelScope.current().key().isPresent();
		}

		@CancelScoped(key = "'future-' + #id")
		public CompletableFuture<String> future(long id, CompletableFuture<String> open) {
			return open.thenApply((value) -> value);
		}

		@Async
		@CancelScoped(key = "'async-' + #id.toString()")
		public CompletableFuture<String> async(Integer id) {
			return CompletableFuture.completedFuture(key().orElseThrow());
		}

		@CancelScoped(key = "'mono-' + #id")
		public Mono<String> mono(long id) {
			return Mono.deferContextual((context) -> Mono.just(ScopeInContext.current(context).key().orElseThrow()));
		}

	}

}
