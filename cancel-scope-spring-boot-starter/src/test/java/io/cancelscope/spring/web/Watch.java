package io.cancelscope.spring.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sees the scopes of a server come and go.
 */
class Watch implements CancelScopeListener {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final List<CancelScope> opened = new CopyOnWriteArrayList<>();

	private final List<CancelScope> closed = new CopyOnWriteArrayList<>();

	@Override
	public void opened(CancelScope scope) {
		this.opened.add(scope);
	}

	@Override
	public void closed(CancelScope scope) {
		this.closed.add(scope);
	}

	void forget() {
		this.opened.clear();
		this.closed.clear();
	}

	List<CancelScope> opened() {
		return this.opened;
	}

	List<CancelScope> closed() {
		return this.closed;
	}

	/** The scope that was opened first since all was forgotten. */
	CancelScope first() {
		Awaitility.await().atMost(SOON).until(() -> !this.opened.isEmpty());
		return this.opened.get(0);
	}

	CancelReason reason() {
		CancelScope scope = first();
		Awaitility.await().atMost(SOON).until(scope::isCancelled);
		return scope.reason().orElseThrow();
	}

	/** A client may have its answer a moment before the server is done with it. */
	void allAreClosed() {
		Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(this.closed).containsAll(this.opened));
	}

}
