package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.NamePattern;
import io.cancelscope.testing.ManualTime;

/**
 * A node without an application context, on a time of its own.
 */
final class TestNode implements AutoCloseable {

	static final String SECRET = "0123456789abcdef0123456789abcdef";

	final ManualTime time = new ManualTime();

	/** Milliseconds by the wall clock. */
	final AtomicLong clock = new AtomicLong(1_790_000_000_000L);

	final List<CancelAuthorization> authorizations = new ArrayList<>();

	/** Null where budgets can't be changed. */
	volatile BudgetChanges changes;

	final Tombstones tombstones;

	final LiveScopes live = new LiveScopes(TestNode::trace);

	/** The trace id of the scopes that open on any thread of a test. */
	static volatile String trace;

	final CancelScopes scopes;

	final ClusterNode node;

	private TestNode(MemoryEngine engine, Settings settings) {
		this.tombstones = (settings.tombstones != null) ? new Tombstones(this.time, settings.tombstones) : null;
		CancelScopes.Builder builder = CancelScopes.builder().listener(this.live);
		if (this.tombstones != null) {
			builder.keyedListener(this.tombstones::opened);
		}
		this.scopes = builder.observe("observed"::equals).build();
		CancelScopeClusterProperties properties = new CancelScopeClusterProperties(engine != null,
				(engine != null) ? SECRET : null, "shop", settings.name, settings.nodes, Duration.ofMillis(500),
				Duration.ofSeconds(30), settings.names, settings.tombstones, settings.broadPerMinute, true, "traceId");
		LocalScopes local = new LocalScopes(() -> this.scopes, this.live,
				settings.names.stream().map(NamePattern::of).toList(), () -> this.authorizations, this.tombstones);
		TimeSource source = this.time;
		this.node = new ClusterNode(properties, "application", local,
				new BudgetPermission(settings.names.stream().map(NamePattern::of).toList(), () -> this.authorizations),
				() -> this.changes, source, this.clock::get);
		if (engine != null) {
			this.node.connect(engine.transport());
		}
	}

	private static String trace() {
		return trace;
	}

	static Settings named(String name) {
		return new Settings(name, 0, List.of(), null, 60);
	}

	ClusterResult cancel(CancelRequest request) throws Exception {
		return this.node.cancel(request).get(60, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.node.destroy();
	}

	/** What differs from node to node. */
	record Settings(String name, int nodes, List<String> names, Duration tombstones, int broadPerMinute) {

		Settings of(int nodes) {
			return new Settings(this.name, nodes, this.names, this.tombstones, this.broadPerMinute);
		}

		Settings onlyNames(String... names) {
			return new Settings(this.name, this.nodes, List.of(names), this.tombstones, this.broadPerMinute);
		}

		Settings withTombstones(Duration tombstones) {
			return new Settings(this.name, this.nodes, this.names, tombstones, this.broadPerMinute);
		}

		Settings withBroadPerMinute(int broadPerMinute) {
			return new Settings(this.name, this.nodes, this.names, this.tombstones, broadPerMinute);
		}

		/** Without an engine the cluster is off. */
		TestNode on(MemoryEngine engine) {
			return new TestNode(engine, this);
		}

	}

}
