package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.cluster.ClusterResult.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two application contexts on one engine; and what a wrong configuration says.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@SuppressWarnings("try")
class CancelScopeClusterAutoConfigurationTests {

	private static final ScopeOptions ORDER = ScopeOptions.named("import").withKey("order-42");

	private static final CancelRequest STOP = CancelRequest.byKey("order-42").withReason("wrong file").by("ada");

	private final MemoryEngine engine = new MemoryEngine();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeClusterAutoConfiguration.class));

	private final ApplicationContextRunner node = this.runner.withBean(CancelTransport.class, this.engine::transport)
		.withPropertyValues("cancel-scope.cluster.enabled=true", "cancel-scope.cluster.secret=" + TestNode.SECRET,
				"cancel-scope.cluster.nodes=2", "cancel-scope.cluster.wait-for=30s");

	@Test
	void scopeOfTheOtherContextIsCancelled() {
		this.node.run((one) -> this.node.run((other) -> {
			try (OpenScope scope = other.getBean(CancelScopes.class).openUnbound(ORDER)) {
				assertThat(one.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS))
					.isEqualTo(new ClusterResult(2, 1, 0, 0, Cluster.REACHED));
				assertThat(scope.isCancelled()).isTrue();
			}
		}));
	}

	@Test
	void lazyContextTakesPart() {
		this.node.withPropertyValues("spring.main.lazy-initialization=true")
			.run((one) -> this.node.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
				.run((other) -> {
					try (OpenScope scope = other.getBean(CancelScopes.class).openUnbound(ORDER)) {
						assertThat(one.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS).cancelled())
							.isOne();
						assertThat(scope.isCancelled()).isTrue();
					}
				}));
	}

	@Test
	void otherGroupIsNotConcerned() {
		this.node.withPropertyValues("cancel-scope.cluster.group=desk")
			.run((other) -> this.node.withPropertyValues("cancel-scope.cluster.nodes=1").run((one) -> {
				try (OpenScope scope = other.getBean(CancelScopes.class).openUnbound(ORDER)) {
					assertThat(one.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS))
						.isEqualTo(new ClusterResult(1, 0, 0, 0, Cluster.REACHED));
					assertThat(scope.isCancelled()).isFalse();
				}
			}));
	}

	@Test
	void offByDefaultAndThenThisNodeIsCancelled() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(CancelScopeListener.class);
			try (OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ORDER)) {
				assertThat(context.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS))
					.isEqualTo(new ClusterResult(1, 1, 0, 0, Cluster.OFF));
				assertThat(scope.isCancelled()).isTrue();
			}
			assertThat(context.getBean(ClusterCancel.class).cancel(CancelRequest.byName("import")))
				.completesExceptionallyWithin(Duration.ofSeconds(30))
				.withThrowableOfType(ExecutionException.class)
				.withMessageContaining("Cannot find scopes by name: open scopes are not tracked on this node");
		});
	}

	@Test
	void openScopesAreNotTrackedIfThatIsNotWanted() {
		this.node.withPropertyValues("cancel-scope.cluster.track-open=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LiveScopes.class).hasSingleBean(ClusterCancel.class));
		this.node.run((context) -> assertThat(context).hasSingleBean(LiveScopes.class));
	}

	@Test
	void tombstonesAreThereIfTheyAreWanted() {
		this.node.withPropertyValues("cancel-scope.cluster.nodes=1", "cancel-scope.cluster.tombstones=1m")
			.run((context) -> {
				context.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS);
				try (OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ORDER)) {
					assertThat(scope.isCancelled()).isTrue();
				}
			});
		this.node.run((context) -> assertThat(context).doesNotHaveBean(Tombstones.class));
	}

	@Test
	void traceIdIsThatOfTheMdc() {
		this.node.withPropertyValues("cancel-scope.cluster.nodes=1", "cancel-scope.cluster.trace-key=trace_id")
			.run((context) -> {
				MDC.put("trace_id", "4bf92f35");
				try (OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ORDER)) {
					MDC.remove("trace_id");
					assertThat(context.getBean(ClusterCancel.class)
						.cancel(CancelRequest.byTrace("4bf92f35"))
						.get(60, TimeUnit.SECONDS)
						.cancelled()).isOne();
					assertThat(scope.isCancelled()).isTrue();
				}
			});
	}

	@Test
	void authorizationBeansAreAsked() {
		this.node.withPropertyValues("cancel-scope.cluster.nodes=1")
			.withBean(CancelAuthorization.class, () -> (request, scope) -> false)
			.run((context) -> {
				try (OpenScope scope = context.getBean(CancelScopes.class).openUnbound(ORDER)) {
					assertThat(context.getBean(ClusterCancel.class).cancel(STOP).get(60, TimeUnit.SECONDS).refused())
						.isOne();
					assertThat(scope.isCancelled()).isFalse();
				}
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			cancel-scope.cluster.secret=              | must not be empty if cancel-scope.cluster.enabled is true
			cancel-scope.cluster.secret=sesame        | must have at least 32 characters, but has 6
			cancel-scope.cluster.wait-for=2m              | must be between 0s and 1m
			cancel-scope.cluster.window=10ms          | must be between 1s and 10m
			cancel-scope.cluster.tombstones=1h        | must be between 0s and 10m
			cancel-scope.cluster.nodes=-1             | must not be negative
			cancel-scope.cluster.broad-per-minute=0   | must be at least 1
			""")
	void whatIsWrongStopsTheStartUp(String property, String message) {
		this.node.withPropertyValues(property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(message)
				.hasMessageNotContaining("sesame"));
	}

	@Test
	void clusterWithoutATransportStopsTheStartUp() {
		this.runner
			.withPropertyValues("cancel-scope.cluster.enabled=true", "cancel-scope.cluster.secret=" + TestNode.SECRET)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("No engine was found"));
	}

	@Test
	void secretIsInNoText() {
		this.node.run((context) -> assertThat(context.getBean(CancelScopeClusterProperties.class)).asString()
			.doesNotContain(TestNode.SECRET)
			.contains("******"));
	}

	@Test
	void nothingIsThereIfAllIsOff() {
		this.runner.withPropertyValues("cancel-scope.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ClusterCancel.class));
	}

}
