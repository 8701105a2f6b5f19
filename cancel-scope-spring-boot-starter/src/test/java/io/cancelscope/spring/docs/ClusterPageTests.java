package io.cancelscope.spring.docs;

import java.security.Principal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.cluster.CancelAuthorization;
import io.cancelscope.spring.cluster.CancelRequest;
import io.cancelscope.spring.cluster.CancelTransport;
import io.cancelscope.spring.cluster.ClusterCancel;
import io.cancelscope.spring.cluster.CancelScopeClusterAutoConfiguration;
import io.cancelscope.spring.cluster.MemoryEngine;
import io.cancelscope.spring.test.CancelTransportContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The code of {@code docs/reference/cluster.md}, which is cut from here.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClusterPageTests {

	private final MemoryEngine engine = new MemoryEngine();

	private final ApplicationContextRunner node = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeClusterAutoConfiguration.class))
		.withBean(CancelTransport.class, this.engine::transport)
		.withUserConfiguration(StopConfiguration.class)
		.withBean(Owners.class)
		.withBean(Importer.class)
		.withBean(StopController.class)
		.withPropertyValues("cancel-scope.cluster.enabled=true",
				"cancel-scope.cluster.secret=0123456789abcdef0123456789abcdef", "cancel-scope.cluster.nodes=2",
				"cancel-scope.cluster.wait-for=30s");

	@Test
	void ownerStopsAnImportOnAnotherNode() {
		this.node.run((one) -> this.node.run((other) -> {
			Importer importer = other.getBean(Importer.class);
			CompletableFuture<Throwable> end = new CompletableFuture<>();
			Thread worker = new Thread(() -> end.complete(catchThrowable(() -> importer.run(42))));
			worker.start();
			assertThat(importer.awaitRunning()).isTrue();

			assertThat(stop(one, "bob")).containsEntry("stopped", false);
			assertThat(end).isNotDone();
			assertThat(stop(one, "ada")).containsEntry("stopped", true);

			assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'Importer.run' was cancelled: cancelled by 'ada': stopped by its owner");
			worker.join();
		}));
	}

	@Test
	void blockOfCodeHasAKey() {
		CancelScopes scopes = CancelScopes.create();
		importInBlock(scopes, 42);
	}

	// tag::contract[]
	@Test
	void transportKeepsTheContract() {
		CancelTransportContract.of(this.engine::transport).verify();
	}
	// end::contract[]

	private static Map<String, Object> stop(ApplicationContext context, String user) throws Exception {
		return context.getBean(StopController.class).stop(42, () -> user).get(60, TimeUnit.SECONDS);
	}

	private static void importInBlock(CancelScopes scopes, long id) {
		// tag::block[]
		scopes.run(ScopeOptions.named("import").withKey("import-" + id), (scope) -> importAll(id));
		// end::block[]
	}

	private static void importAll(long id) {
		assertThat(CancelScope.current().key()).contains("import-" + id);
	}

	// tag::stop[]
	@RestController
	static class StopController {

		private final ClusterCancel cluster;

		StopController(ClusterCancel cluster) {
			this.cluster = cluster;
		}

		@PostMapping("/imports/{id}/stop")
		CompletableFuture<Map<String, Object>> stop(@PathVariable long id, Principal user) {
			CancelRequest request = CancelRequest.byKey("import-" + id)
				.withReason("stopped by its owner")
				.by(user.getName());
			return this.cluster.cancel(request).thenApply((result) -> Map.of("stopped", result.cancelled() > 0));
		}

	}
	// end::stop[]

	@Configuration(proxyBeanMethods = false)
	static class StopConfiguration {

		// tag::owner[]
		@Bean
		CancelAuthorization onlyTheOwnerStopsAnImport(Owners owners) {
			return (request, scope) -> scope.key().isPresent() && owners.isOwner(request.who(), scope.key().get());
		}
		// end::owner[]

	}

	static class Owners {

		boolean isOwner(String who, String key) {
			return "ada".equals(who) && key.equals("import-42");
		}

	}

	static class Importer {

		private final CountDownLatch running = new CountDownLatch(1);

		// tag::key[]
		@CancelScoped(key = "'import-' + #id")
		public void run(long id) {
			while (hasNext(id)) {
				CancelScope.current().check();
				importNext(id);
			}
		}
		// end::key[]

		boolean awaitRunning() throws InterruptedException {
			return this.running.await(60, TimeUnit.SECONDS);
		}

		private boolean hasNext(long id) {
			return id == 42;
		}

		private void importNext(long id) {
			this.running.countDown();
			Thread.onSpinWait();
		}

	}

}
