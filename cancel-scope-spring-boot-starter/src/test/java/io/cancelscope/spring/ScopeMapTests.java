package io.cancelscope.spring;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is kept for scopes while they are open.
 */
class ScopeMapTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final ScopeMap<String> map = new ScopeMap<>();

	@Test
	void valueIsThereUntilItIsRemoved() {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.named("same"));
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("same"));

		this.map.put(one, "one");

		assertThat(this.map.get(one)).isEqualTo("one");
		assertThat(this.map.get(other)).isNull();
		assertThat(this.map.remove(other)).isNull();
		assertThat(this.map.remove(one)).isEqualTo("one");
		assertThat(this.map.size()).isZero();
		one.close();
		other.close();
	}

	@Test
	void everyScopeIsVisited() {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.named("one"));
		OpenScope two = this.scopes.openUnbound(ScopeOptions.named("two"));
		List<String> visited = new ArrayList<>();
		this.map.put(one, "1");
		this.map.put(two, "2");

		this.map.forEach((scope, value) -> visited.add(scope.name() + value));

		assertThat(visited).containsExactlyInAnyOrder("one1", "two2");
		one.close();
		two.close();
	}

	@Test
	@Timeout(value = 60, unit = TimeUnit.SECONDS)
	void forgottenScopeIsNotKept() {
		WeakReference<CancelScope> forgotten = putAndForget();

		while (forgotten.get() != null || this.map.size() > 0) {
			System.gc();
			Thread.onSpinWait();
		}

		assertThat(this.map.size()).isZero();
	}

	private WeakReference<CancelScope> putAndForget() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("forgotten"));
		this.map.put(scope, "value");
		return new WeakReference<>(scope);
	}

}
