package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.BudgetCommands.Sent;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ChangedSettings;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Changes of budgets on several nodes in one JVM.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BudgetNodesTests {

	private static final BudgetCommand SLOWER = change("quotes", 800);

	private final MemoryEngine engine = new MemoryEngine();

	private final List<TestNode> nodes = new ArrayList<>();

	private final List<ScopeSettings> settings = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		this.nodes.forEach((node) -> {
			node.close();
			if (node.changes != null) {
				node.changes.destroy();
			}
		});
	}

	@Test
	void changeReachesAllNodes() {
		node(TestNode.named("a"));
		node(TestNode.named("b"));
		node(TestNode.named("c"));

		this.nodes.get(0).changes.execute(SLOWER);

		awaitBudget(0, "quotes", 800);
		awaitBudget(1, "quotes", 800);
		awaitBudget(2, "quotes", 800);
		assertThat(this.settings.get(1).changed().budgetOf("quotes").source()).isEqualTo("changed by ada");
		assertThat(this.settings.get(0).changed().changeOf("quotes").everywhere()).isTrue();
		assertThat(this.engine.sent()).as("none sends it on").hasSize(1);
		this.nodes.get(2).changes.execute(BudgetCommand.reset(null, null));
		awaitNothingChanged(0);
		awaitNothingChanged(1);
	}

	@Test
	void timeOfAChangeEndsOnEachNode() {
		node(TestNode.named("a"));
		node(TestNode.named("b"));
		this.nodes.get(0).changes
			.execute(BudgetCommand.change(null, null, Mode.OBSERVE, Duration.ofMinutes(10), "ada"));
		await().atMost(Duration.ofSeconds(30)).until(() -> this.settings.get(1).modeOf("quotes") == Mode.OBSERVE);
		await().atMost(Duration.ofSeconds(30)).until(() -> this.nodes.get(1).time.pending() == 1);

		this.nodes.get(1).time.advance(Duration.ofMinutes(10));

		awaitNothingChanged(1);
		assertThat(this.settings.get(0).modeOf("quotes")).isEqualTo(Mode.OBSERVE);
	}

	@Test
	void engineThatIsDownIsSaid() {
		node(TestNode.named("a"));
		node(TestNode.named("b"));
		this.engine.setDown(true);

		assertThat(this.nodes.get(0).node.send(SLOWER)).isEqualTo(Sent.FAILED);
		this.nodes.get(0).changes.execute(SLOWER);

		awaitBudget(0, "quotes", 800);
		assertThat(this.settings.get(0).changed().changeOf("quotes").everywhere()).isFalse();
		assertThat(this.settings.get(1).changed()).isNull();
	}

	@Test
	void nodeWithoutAClusterSendsNothing() {
		TestNode alone = TestNode.named("a").on(null);
		this.nodes.add(alone);

		assertThat(alone.node.send(SLOWER)).isEqualTo(Sent.OFF);
	}

	@Test
	void nodeWhoseBudgetsCantBeChangedRefuses() {
		node(TestNode.named("a"));
		TestNode fixed = TestNode.named("b").on(this.engine);
		this.nodes.add(fixed);

		this.nodes.get(0).changes.execute(SLOWER);

		awaitRefusal(fixed, Refusal.NOT_CHANGEABLE);
	}

	@Test
	void listedNamesCanBeChangedAndNotAllAtOnce() {
		node(TestNode.named("a"));
		TestNode listed = node(TestNode.named("b").onlyNames("quo*"));

		this.nodes.get(0).changes.execute(change(null, 100));
		awaitRefusal(listed, Refusal.CHANGE_NOT_ALLOWED);
		this.nodes.get(0).changes.execute(change("import", 100));
		await().atMost(Duration.ofSeconds(30))
			.until(() -> listed.node.refusals().count(Refusal.CHANGE_NOT_ALLOWED) == 2);
		assertThat(this.settings.get(1).changed()).isNull();
		this.nodes.get(0).changes.execute(SLOWER);

		awaitBudget(1, "quotes", 800);
	}

	@Test
	void authorizationIsAskedAndRefusesUnlessItSaysOtherwise() {
		node(TestNode.named("a"));
		TestNode asking = node(TestNode.named("b"));
		asking.authorizations.add((request, scope) -> true);
		this.nodes.get(0).changes.execute(SLOWER);
		awaitRefusal(asking, Refusal.CHANGE_NOT_ALLOWED);

		asking.authorizations.set(0, new Permission((name, who) -> {
			throw new IllegalStateException("broken");
		}));
		this.nodes.get(0).changes.execute(SLOWER);
		await().atMost(Duration.ofSeconds(30))
			.until(() -> asking.node.refusals().count(Refusal.CHANGE_NOT_ALLOWED) == 2);
		asking.authorizations.set(0, new Permission((name, who) -> "quotes".equals(name) && "ada".equals(who)));
		this.nodes.get(0).changes.execute(SLOWER);

		awaitBudget(1, "quotes", 800);
	}

	/** Race: two changes arrive, and the first one takes longer. */
	@Test
	void changesAreMadeInTheirOrder() throws Exception {
		node(TestNode.named("a"));
		TestNode slow = node(TestNode.named("b"));
		CountDownLatch first = new CountDownLatch(1);
		CountDownLatch second = new CountDownLatch(1);
		slow.authorizations.add(new Permission((name, who) -> {
			boolean waits = first.getCount() > 0;
			first.countDown();
			return !waits || awaitLatch(second);
		}));
		this.nodes.get(0).changes.execute(change("quotes", 100));
		assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();

		for (int millis = 200; millis <= 800; millis += 200) {
			this.nodes.get(0).changes.execute(change("quotes", millis));
		}
		assertThat(slow.node.running()).as("the others wait for the first").isEqualTo(5);
		second.countDown();

		await().atMost(Duration.ofSeconds(30)).until(() -> slow.node.running() == 0);
		awaitBudget(1, "quotes", 800);
	}

	@Test
	void messageThatComesAgainIsNotExecutedAgain() {
		node(TestNode.named("a"));
		node(TestNode.named("b"));
		this.nodes.get(0).changes.execute(SLOWER);
		awaitBudget(1, "quotes", 800);
		this.nodes.get(1).changes.execute(BudgetCommand.reset(null, null));
		awaitNothingChanged(0);

		this.engine.deliver(this.engine.sent().get(0));

		await().atMost(Duration.ofSeconds(30)).until(() -> this.nodes.get(1).node.running() == 0);
		assertThat(this.settings.get(1).changed()).isNull();
		assertThat(this.settings.get(0).changed()).isNull();
	}

	private static boolean awaitLatch(CountDownLatch latch) {
		try {
			return latch.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private TestNode node(TestNode.Settings shape) {
		TestNode node = shape.on(this.engine);
		StandardEnvironment environment = new StandardEnvironment();
		ScopeSettings settings = ScopeSettings
			.of(Binder.get(environment).bindOrCreate("cancel-scope", CancelScopeProperties.class), environment);
		node.changes = new BudgetChanges(settings, node.time, () -> node.node);
		this.nodes.add(node);
		this.settings.add(settings);
		return node;
	}

	private void awaitBudget(int node, String name, long millis) {
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			ChangedSettings changed = this.settings.get(node).changed();
			ScopeBudget budget = (changed != null) ? changed.budgetOf(name) : null;
			return budget != null && budget.timeout().toMillis() == millis;
		});
	}

	private void awaitNothingChanged(int node) {
		await().atMost(Duration.ofSeconds(30)).until(() -> this.settings.get(node).changed() == null);
	}

	private static void awaitRefusal(TestNode node, Refusal refusal) {
		await().atMost(Duration.ofSeconds(30)).until(() -> node.node.refusals().count(refusal) > 0);
	}

	private static BudgetCommand change(String name, int millis) {
		return BudgetCommand.change(name, Duration.ofMillis(millis), null, null, "ada");
	}

	private interface Decision {

		boolean isAllowed(String name, String who);

	}

	private record Permission(Decision decision) implements CancelAuthorization {

		@Override
		public boolean isAllowed(CancelRequest request, CancelScope scope) {
			return false;
		}

		@Override
		public boolean isChangeAllowed(String name, String who) {
			return this.decision.isAllowed(name, who);
		}

	}

}
