package io.cancelscope.spring.logging;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The name of the current scope in the logging context.
 */
class MdcScopeListenerTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeLoggingAutoConfiguration.class));

	@Test
	void innermostNameIsThereAndTheOneBeforeComesBack() {
		run((scopes) -> {
			scopes.run(ScopeOptions.named("outer"), (outer) -> {
				assertThat(shown()).isEqualTo("outer");
				scopes.run(ScopeOptions.named("inner"), (inner) -> assertThat(shown()).isEqualTo("inner"));
				assertThat(shown()).isEqualTo("outer");
			});
			assertThat(shown()).isNull();
		});
	}

	@Test
	void nameFollowsCarriedWorkAndLeavesItsThread() {
		run((scopes) -> {
			ExecutorService pool = Executors.newSingleThreadExecutor();
			scopes.run(ScopeOptions.named("outer"), (outer) -> {
				assertThat(CompletableFuture.supplyAsync(outer.wrapSupplier(MdcScopeListenerTests::shown), pool).join())
					.isEqualTo("outer");
				assertThat(CompletableFuture.supplyAsync(() -> String.valueOf(shown()), pool).join()).isEqualTo("null");
				Runnable onTheSameThread = () -> assertThat(shown()).isEqualTo("outer");
				outer.wrap(onTheSameThread).run();
				assertThat(shown()).isEqualTo("outer");
			});
			pool.shutdown();
			assertThat(catchThrowable(() -> pool.awaitTermination(20, TimeUnit.SECONDS))).isNull();
		});
	}

	@Test
	void workWithoutAScopeHasNoName() {
		run((scopes) -> {
			Runnable unnamed = () -> assertThat(shown()).isNull();
			Runnable withoutScope = CancelScope.current().wrap(unnamed);
			scopes.run(ScopeOptions.named("outer"), (outer) -> {
				withoutScope.run();
				assertThat(shown()).isEqualTo("outer");
			});
		});
	}

	@Test
	@SuppressWarnings("try")
	void unboundScopeHasItsNameWhereItIsAttached() {
		run((scopes) -> {
			OpenScope scope = scopes.openUnbound(ScopeOptions.named("unbound"));
			assertThat(shown()).isNull();
			try (CancelScope.Registration attached = scope.attach()) {
				assertThat(shown()).isEqualTo("unbound");
			}
			assertThat(shown()).isNull();
			scope.close();
		});
	}

	@Test
	void scopesLeftInTheWrongOrderLeaveNothing() {
		run((scopes) -> {
			OpenScope outer = scopes.open(ScopeOptions.named("outer"));
			OpenScope inner = scopes.open(ScopeOptions.named("inner"));

			assertThat(catchThrowable(outer::close)).isInstanceOf(IllegalStateException.class);

			assertThat(shown()).isNull();
			inner.close();
		});
	}

	@Test
	void keysOfOthersAreLeftAlone() {
		MDC.put("request", "42");
		run((scopes) -> scopes.run(ScopeOptions.named("a"), (scope) -> assertThat(MDC.get("request")).isEqualTo("42")));

		assertThat(MDC.get("request")).isEqualTo("42");
		MDC.remove("request");
	}

	@Test
	void nothingIsThereUnlessAskedFor() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(MdcScopeListener.class);
			context.getBean(CancelScopes.class).run(ScopeOptions.named("a"), (scope) -> assertThat(shown()).isNull());
		});
		this.runner.withPropertyValues("cancel-scope.logging.mdc=true")
			.withClassLoader(new FilteredClassLoader(MDC.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeNameInMdc"));
	}

	private void run(Consumer<CancelScopes> work) {
		this.runner.withPropertyValues("cancel-scope.logging.mdc=true")
			.run((context) -> work.accept(context.getBean(CancelScopes.class)));
	}

	private static @Nullable String shown() {
		return MDC.get(MdcScopeListener.KEY);
	}

}
