package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * R10: no recursion, and nothing quadratic, at any depth or width. The time limits are
 * there to catch a hang; the runs take a fraction of them.
 */
@ExtendWith(ThreadStaysClean.class)
class ScaleTests {

	private static final int DEPTH = 100_000;

	private static final int WIDTH = 200_000;

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final AtomicInteger calls = new AtomicInteger();

	@Test
	void deepChainIsCancelledFromTheTop() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.none(), ScopeOptions.none());
			last(chain).onCancel(this::count);

			chain.get(0).cancel();

			assertThat(this.calls).hasValue(1);
			assertThat(chain).allMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void deepChainWithCallbacksOnEveryLevelIsCancelledFromTheTop() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.none(), ScopeOptions.none());
			chain.forEach((scope) -> scope.onCancel(this::count));

			chain.get(0).cancel();

			assertThat(this.calls).hasValue(DEPTH);
		});
	}

	@Test
	void deepChainExpires() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.timeout(seconds(1)), ScopeOptions.timeout(seconds(2)));

			this.time.advance(seconds(1));

			assertThat(last(chain).isCancelled()).isTrue();
			assertThat(chain).allMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void deepBubblingChainIsCancelledFromTheBottom() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.none().bubble(), ScopeOptions.none());
			chain.get(0).onCancel(this::count);

			last(chain).cancel();

			assertThat(this.calls).hasValue(1);
			assertThat(chain).allMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void deepChainOfShieldsBubblesToTheTop() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.none().bubble(), ScopeOptions.none().shield());

			last(chain).cancel();

			assertThat(chain).allMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void deepChainClosesFromTheTop() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = chain(ScopeOptions.none(), ScopeOptions.none());
			last(chain).onCancel(this::count);

			chain.subList(0, DEPTH - 1).forEach(OpenScope::close);

			assertThat(last(chain).isCancelled()).isFalse();
			assertThat(last(chain).cancel()).isTrue();
			assertThat(this.calls).hasValue(1);
		});
	}

	@Test
	void deepChainOnOneThreadUnwindsAtOnce() {
		assertTimeoutPreemptively(LIMIT, () -> {
			List<OpenScope> chain = new ArrayList<>();
			for (int i = 0; i < DEPTH; i++) {
				chain.add(this.scopes.open(ScopeOptions.none()));
			}

			for (int i = DEPTH - 1; i >= 0; i--) {
				chain.get(i).close();
			}

			assertThat(CancelScope.current().name()).isEqualTo("root");
		});
	}

	@Test
	void wideTreeIsCancelledOnceEach() {
		assertTimeoutPreemptively(LIMIT, () -> {
			OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
			List<OpenScope> children = children(parent);
			children.forEach((child) -> child.onCancel(this::count));

			parent.cancel();

			assertThat(this.calls).hasValue(WIDTH);
			assertThat(children).allMatch(CancelScope::isCancelled);
		});
	}

	@Test
	void wideTreeClosesInTheOrderOfOpeningAndInReverse() {
		assertTimeoutPreemptively(LIMIT, () -> {
			OpenScope parent = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
			List<OpenScope> first = children(parent);
			List<OpenScope> second = children(parent);
			first.forEach((child) -> child.onCancel(this::count));
			second.forEach((child) -> child.onCancel(this::count));

			first.forEach(OpenScope::close);
			for (int i = WIDTH - 1; i >= 0; i--) {
				second.get(i).close();
			}
			this.time.advance(seconds(1));

			assertThat(this.calls).hasValue(0);
		});
	}

	@Test
	void manyCallbacksOnOneScopeAreTakenBackInAnyOrder() {
		assertTimeoutPreemptively(LIMIT, () -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			List<CancelScope.Registration> registrations = new ArrayList<>();
			for (int i = 0; i < WIDTH; i++) {
				registrations.add(scope.onCancel(this::count));
			}

			for (int i = 0; i < WIDTH; i += 2) {
				assertThat(registrations.get(i).unregister()).isTrue();
			}
			scope.cancel();

			assertThat(this.calls).hasValue(WIDTH / 2);
		});
	}

	private List<OpenScope> chain(ScopeOptions first, ScopeOptions others) {
		List<OpenScope> chain = new ArrayList<>(DEPTH);
		chain.add(this.scopes.openUnbound(first));
		while (chain.size() < DEPTH) {
			chain.add(openIn(last(chain), this.scopes, others));
		}
		return chain;
	}

	private List<OpenScope> children(OpenScope parent) {
		List<OpenScope> children = new ArrayList<>(WIDTH);
		try (CancelScope.Registration attached = parent.attach()) {
			assertThat(attached).isNotNull();
			for (int i = 0; i < WIDTH; i++) {
				children.add(this.scopes.openUnbound(ScopeOptions.none()));
			}
		}
		return children;
	}

	private static OpenScope last(List<OpenScope> chain) {
		return chain.get(chain.size() - 1);
	}

	private void count(CancelReason reason) {
		this.calls.incrementAndGet();
	}

}
