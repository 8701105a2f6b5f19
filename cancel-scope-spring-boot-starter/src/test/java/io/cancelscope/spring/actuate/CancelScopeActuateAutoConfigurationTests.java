package io.cancelscope.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.LiveScopes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the endpoint is there, and how it bears many scopes.
 */
class CancelScopeActuateAutoConfigurationTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=cancelscopes";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
				CancelScopeActuateAutoConfiguration.class));

	@Test
	void nothingIsKeptUnlessTheEndpointIsExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(CancelScopesEndpoint.class)
			.doesNotHaveBean(CancelScopeListener.class));
	}

	@Test
	void exposedEndpointIsThere() {
		this.runner.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(CancelScopesEndpoint.class)
				.hasSingleBean(CancelScopesEndpointWebExtension.class)
				.hasSingleBean(LiveScopes.class));
	}

	@Test
	void nothingIsKeptWithoutAccess() {
		this.runner.withPropertyValues(EXPOSED, "management.endpoint.cancelscopes.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(LiveScopes.class));
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.actuate.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LiveScopes.class));
		this.runner.withPropertyValues(EXPOSED, "cancel-scope.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LiveScopes.class));
	}

	@Test
	void nothingIsThereWithoutActuator() {
		this.runner.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("liveCancelScopes"));
	}

	@Test
	void closedScopeIsNotKept() {
		this.runner.withPropertyValues(EXPOSED).run((context) -> {
			context.getBean(CancelScopes.class).run(ScopeOptions.named("a"), (scope) -> {
				assertThat(context.getBean(CancelScopesEndpoint.class).scopes(null, null).total()).isOne();
			});

			assertThat(context.getBean(CancelScopesEndpoint.class).scopes(null, null).total()).isZero();
		});
	}

	@Test
	@Timeout(value = 120, unit = TimeUnit.SECONDS)
	void answerIsBoundedAndQuickWithAHundredThousandScopes() {
		this.runner.withPropertyValues(EXPOSED).run((context) -> {
			CancelScopesEndpoint endpoint = context.getBean(CancelScopesEndpoint.class);
			List<OpenScope> open = new ArrayList<>();
			for (int i = 0; i < 1_000; i++) {
				openChain(context.getBean(CancelScopes.class), open, 100);
			}

			long start = System.nanoTime();
			ScopesDescriptor some = endpoint.scopes(50, null);
			ScopesDescriptor tree = endpoint.scopes(1_000_000, true);
			Duration taken = Duration.ofNanos(System.nanoTime() - start);

			assertThat(some.total()).isEqualTo(100_000);
			assertThat(some.scopes()).hasSize(50).allMatch((scope) -> scope.parent() == null);
			assertThat(tree.shown()).isEqualTo(CancelScopesEndpoint.HIGHEST_LIMIT);
			assertThat(tree.scopes()).hasSize(1_000);
			assertThat(taken).isLessThan(Duration.ofSeconds(20));
			open.forEach(OpenScope::close);
		});
	}

	@Test
	@Timeout(value = 120, unit = TimeUnit.SECONDS)
	void treeEndsWhereItIsTooDeepToBeWritten() {
		this.runner.withPropertyValues(EXPOSED).run((context) -> {
			List<OpenScope> open = new ArrayList<>();
			openChain(context.getBean(CancelScopes.class), open, 5_000);

			ScopesDescriptor tree = context.getBean(CancelScopesEndpoint.class).scopes(10_000, true);

			assertThat(tree.total()).isEqualTo(5_000);
			assertThat(tree.shown()).isEqualTo(ScopeTrees.DEEPEST + 1);
			open.forEach(OpenScope::close);
		});
	}

	@SuppressWarnings("try")
	private static void openChain(CancelScopes scopes, List<OpenScope> open, int length) {
		CancelScope around = CancelScope.current();
		for (int i = 0; i < length; i++) {
			try (CancelScope.Registration attached = around.attach()) {
				OpenScope scope = scopes.openUnbound(ScopeOptions.named("scope"));
				open.add(scope);
				around = scope;
			}
		}
	}

}
