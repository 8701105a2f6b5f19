package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R23: a callback runs in no scope, on whichever thread, and leaves the thread as it
 * found it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class CallbackThreadTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final List<String> current = new ArrayList<>();

	private final List<OpenScope> forgotten = new ArrayList<>();

	private void noteCurrent(CancelReason reason) {
		this.current.add(CancelScope.current().name());
	}

	private void forgetAScope(CancelReason reason) {
		this.forgotten.add(this.scopes.open(ScopeOptions.named("forgotten")));
	}

	@Test
	void rootIsCurrentInACallbackOnTheCancellersThread() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		openIn(other, this.scopes, ScopeOptions.none()).onCancel(this::noteCurrent);
		other.onCancel(this::noteCurrent);

		this.scopes.run(ScopeOptions.named("cancellers"), (scope) -> {
			other.cancel();
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.current).containsExactly("root", "root");
	}

	@Test
	void rootIsCurrentInACallbackOfTheScopeThatIsCancelledFromInside() {
		this.scopes.run(ScopeOptions.named("own"), (scope) -> {
			scope.onCancel(this::noteCurrent);
			scope.cancel();
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.current).containsExactly("root");
	}

	@Test
	void rootIsCurrentInACallbackThatComesLate() {
		this.scopes.run(ScopeOptions.named("own"), (scope) -> {
			scope.cancel();
			scope.onCancel(this::noteCurrent);
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.current).containsExactly("root");
	}

	@Test
	void rootIsCurrentInACallbackThatAQuestionSetsOff() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		this.scopes.run(ScopeOptions.named("asking"), (scope) -> {
			other.onCancel(this::noteCurrent);
			other.reschedule(Deadline.after(seconds(-1), this.time));
			assertThat(other.isCancelled()).isTrue();
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.current).containsExactly("root");
	}

	@Test
	void rootIsCurrentInACallbackOnTheExecutorsThread() {
		this.scopes.run(ScopeOptions.named("advancing"), (scope) -> {
			OpenScope other = this.scopes.openUnbound(ScopeOptions.timeout(SECOND).detached());
			other.onCancel(this::noteCurrent);
			this.time.advance(SECOND);
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.current).containsExactly("root");
	}

	@Test
	void scopeThatACallbackOpensBelongsToNobody() {
		List<@Nullable CancelScope> parents = new ArrayList<>();
		this.scopes.run(ScopeOptions.named("own"), (scope) -> {
			scope.onCancel((reason) -> this.scopes.run(ScopeOptions.none(), (inner) -> {
				inner.check();
				parents.add(inner.details().parent());
			}));
			scope.cancel();
		});

		assertThat(parents).hasSize(1).containsOnlyNulls();
	}

	@Test
	void callbackThatForgetsAScopeLeavesTheCancellersThreadAsItWas() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.onCancel(this::forgetAScope);
		other.onCancel(this::noteCurrent);

		this.scopes.run(ScopeOptions.named("cancellers"), (scope) -> {
			other.cancel();
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.current).containsExactly("root");
		assertThat(this.forgotten).hasSize(1);
	}

	@Test
	void callbackThatForgetsAnAttachmentLeavesTheCancellersThreadAsItWas() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		OpenScope attached = this.scopes.openUnbound(ScopeOptions.named("attached"));
		List<AutoCloseable> held = new ArrayList<>();
		other.onCancel((reason) -> held.add(attached.attach()));

		this.scopes.run(ScopeOptions.named("cancellers"), (scope) -> {
			other.cancel();
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(held).hasSize(1);
	}

	@Test
	void callbackThatForgetsAScopeAndThrowsLeavesTheThreadAsItWas() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.onCancel((reason) -> {
			forgetAScope(reason);
			throw new IllegalStateException("on purpose");
		});

		try (LogTrail quiet = new LogTrail()) {
			other.cancel();
			assertThat(quiet.lines()).isNotEmpty();
		}

		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void callbackThatForgetsAScopeLeavesAPoolsThreadAsItWas() throws Exception {
		ExecutorService pool = Executors.newSingleThreadExecutor();
		try {
			CancelScopes pooled = CancelScopes.builder().timeSource(this.time).callbackExecutor(pool).build();
			OpenScope scope = pooled.openUnbound(ScopeOptions.timeout(SECOND));
			CountDownLatch ran = new CountDownLatch(1);
			scope.onCancel(this::forgetAScope);
			scope.onCancel((reason) -> ran.countDown());

			this.time.advance(SECOND);

			assertThat(Patience.await(ran)).isTrue();
			Callable<String> name = () -> CancelScope.current().name();
			assertThat(pool.submit(name).get(10, TimeUnit.SECONDS)).isEqualTo("root");
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void callbackThatClosesTheCancellersScopeLeavesTheOneAround() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		inner.onCancel((reason) -> inner.close());

		inner.cancel();

		assertThat(CancelScope.current()).isSameAs(outer);
		outer.close();
	}

	/** What lies below a callback is out of its reach for as long as it runs. */
	@Test
	void callbackThatClosesTheCancellersScopeIsInNoScopeStill() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		inner.onCancel((reason) -> {
			inner.close();
			noteCurrent(reason);
		});

		inner.cancel();

		assertThat(this.current).containsExactly("root");
		assertThat(CancelScope.current()).isSameAs(outer);
		outer.close();
	}

	@Test
	void scopeThatALateCallbackForgetsIsClosed() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.cancel();

		try (LogTrail log = new LogTrail()) {
			other.onCancel(this::forgetAScope);

			assertThat(log.lines()).singleElement().asString().contains("'forgotten'");
		}

		assertThat(this.forgotten.get(0).details().closed()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

}
