package io.cancelscope.spring.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.cluster.ClusterResult.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which scopes of a node a request cancels, and which it must not.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("try")
class LocalScopesTests {

	private static final ScopeOptions ORDER = ScopeOptions.named("import").withKey("order-42");

	private static final CancelRequest STOP = CancelRequest.byKey("order-42").withReason("wrong file").by("ada");

	private final List<TestNode> nodes = new ArrayList<>();

	private TestNode node(TestNode.Settings settings) {
		TestNode node = settings.on(null);
		this.nodes.add(node);
		return node;
	}

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(TestNode::close);
	}

	@Test
	void scopesInsideAreReachedAndNotCounted() throws Exception {
		TestNode node = node(TestNode.named("a"));
		try (OpenScope outer = node.scopes.open(ScopeOptions.named("import"));
				OpenScope inner = node.scopes.open(ScopeOptions.named("import"));
				OpenScope shielded = node.scopes.open(ScopeOptions.named("import").shield());
				OpenScope other = node.scopes.open(ScopeOptions.named("other").shield())) {
			assertThat(node.cancel(CancelRequest.byName("import"))).isEqualTo(result(2, 0, 0));

			assertThat(inner.reason().orElseThrow().origin()).isEqualTo("import");
			assertThat(List.of(outer, inner, shielded)).allMatch(CancelScope::isCancelled);
			assertThat(other.isCancelled()).isFalse();
		}
	}

	@Test
	void observedScopeIsNotCancelled() throws Exception {
		TestNode node = node(TestNode.named("a"));
		try (OpenScope scope = node.scopes.open(ORDER.withName("observed"))) {
			assertThat(node.cancel(STOP)).isEqualTo(result(0, 0, 1));
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void onlyScopesWithTheNamesInTheListAreCancelled() throws Exception {
		TestNode node = node(TestNode.named("a").onlyNames("import", "ReportService.*"));
		try (OpenScope allowed = node.scopes.open(ORDER);
				OpenScope byPattern = node.scopes.open(ORDER.withName("ReportService.run").shield());
				OpenScope other = node.scopes.open(ORDER.withName("payment").shield())) {
			assertThat(node.cancel(STOP)).isEqualTo(result(2, 0, 1));

			assertThat(allowed.isCancelled()).isTrue();
			assertThat(byPattern.isCancelled()).isTrue();
			assertThat(other.isCancelled()).isFalse();
		}
	}

	@Test
	void allAuthorizationsHaveToAllowIt() throws Exception {
		TestNode node = node(TestNode.named("a"));
		List<String> asked = new ArrayList<>();
		node.authorizations.add((request, scope) -> {
			asked.add(request.who() + " " + request.reason() + " " + scope.key().orElseThrow());
			return true;
		});
		node.authorizations.add((request, scope) -> "ada".equals(request.who()));
		try (OpenScope scope = node.scopes.open(ORDER)) {
			assertThat(node.cancel(STOP.by("bob"))).isEqualTo(result(0, 0, 1));
			assertThat(node.cancel(STOP.by(null))).isEqualTo(result(0, 0, 1));
			assertThat(scope.isCancelled()).isFalse();

			assertThat(node.cancel(STOP)).isEqualTo(result(1, 0, 0));
			assertThat(asked).containsExactly("bob wrong file order-42", "null wrong file order-42",
					"ada wrong file order-42");
		}
	}

	@Test
	void authorizationThatFailsRefusesAndIsLoggedOnce(CapturedOutput output) throws Exception {
		TestNode node = node(TestNode.named("a"));
		node.authorizations.add((request, scope) -> {
			throw new IllegalStateException("the directory\nis down");
		});
		try (OpenScope scope = node.scopes.open(ORDER)) {
			assertThat(node.cancel(STOP)).isEqualTo(result(0, 0, 1));
			assertThat(node.cancel(STOP)).isEqualTo(result(0, 0, 1));
			assertThat(scope.isCancelled()).isFalse();
		}
		assertThat(output.getOut().split("A CancelAuthorization failed", -1)).hasSize(2);
		assertThat(output).contains("so the request for key 'order-42' does not cancel scope 'import'");
	}

	@Test
	void whatIsCancelledIsLoggedInOneCleanLine(CapturedOutput output) throws Exception {
		TestNode node = node(TestNode.named("node\n7"));
		try (OpenScope scope = node.scopes.open(ORDER.withKey("order\n42"))) {
			node.cancel(CancelRequest.byKey("order\n42").withReason("one\r\ntwo").by("a\u001b[31mda"));

			assertThat(scope.reason().orElseThrow().message()).isEqualTo("cancelled by 'a\\u001b[31mda': one\\r\\ntwo");
		}
		assertThat(output).contains("Request for key 'order\\n42' from node 'node\\n7': cancelled 1,"
				+ " already cancelled 0, refused 0. Scopes were cancelled by 'a\\u001b[31mda': one\\r\\ntwo");
	}

	private static ClusterResult result(int cancelled, int already, int refused) {
		return new ClusterResult(1, cancelled, already, refused, Cluster.OFF);
	}

}
