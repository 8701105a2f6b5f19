package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.spring.ScopeOutcome;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What became of the scopes of a server.
 */
class SeenScopes implements CancelScopeListener {

	static final Duration SOON = Duration.ofSeconds(30);

	private final Set<CancelScope> open = ConcurrentHashMap.newKeySet();

	private final List<Seen> closed = new CopyOnWriteArrayList<>();

	private final List<CancelReason> observed = new CopyOnWriteArrayList<>();

	@Override
	public void opened(CancelScope scope) {
		this.open.add(scope);
	}

	@Override
	public void closed(CancelScope scope) {
		this.closed.add(new Seen(scope.name(), ScopeOutcome.of(scope, scope.details()),
				scope.reason().map(CancelReason::kind).orElse(null), scope.details().budgetSource(),
				scope.details().budget()));
		this.open.remove(scope);
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		this.observed.add(reason);
	}

	List<CancelReason> observed() {
		return this.observed;
	}

	Set<CancelScope> open() {
		return this.open;
	}

	/** Forgets what was, when all is closed. */
	void reset() {
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON).until(this.open::isEmpty);
		this.closed.clear();
		this.observed.clear();
	}

	Seen only() {
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON).untilAsserted(() -> {
			assertThat(this.open).isEmpty();
			assertThat(this.closed).isNotEmpty();
		});
		assertThat(this.closed).hasSize(1);
		return this.closed.get(0);
	}

	/** The last that has closed, the outermost of a call. */
	Seen last() {
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON).untilAsserted(() -> {
			assertThat(this.open).isEmpty();
			assertThat(this.closed).isNotEmpty();
		});
		return this.closed.get(this.closed.size() - 1);
	}

	record Seen(String name, ScopeOutcome outcome, CancelReason.@Nullable Kind kind, @Nullable String source,
			@Nullable Duration budget) {

	}

}
