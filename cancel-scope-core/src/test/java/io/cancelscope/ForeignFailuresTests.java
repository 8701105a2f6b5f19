package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whatever a listener, predicate, factory or callback throws, declared or not: scopes
 * close, threads stay clean, and the work's own result or exception comes out.
 */
@Timeout(30)
@ExtendWith({ ThreadStaysClean.class, JvmErrorsFail.class })
class ForeignFailuresTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final LogTrail quiet = new LogTrail();

	@AfterEach
	void logAgain() {
		this.quiet.close();
	}

	private CancelScopes.Builder builder() {
		return CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run);
	}

	@ParameterizedTest
	@EnumSource
	void threadWhoseOwnInterruptThrowsKeepsNoOtherFromBeingStopped(Sneaky thrown) throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		try (OtherThread odd = new OtherThread((task) -> new Thread(task) {
			@Override
			public void interrupt() {
				super.interrupt();
				throw Sneaky.raise(thrown.make());
			}
		}); OtherThread other = new OtherThread()) {
			var first = odd.start(() -> blockIn(scope, odd));
			odd.awaitBlocked();
			var second = other.start(() -> blockIn(scope, other));
			other.awaitBlocked();
			scope.onCancel(this.trail.adding("stopped"));

			assertThat(scope.cancel()).isTrue();

			assertThat(first.failure()).isInstanceOf(ScopeCancelledException.class);
			assertThat(second.failure()).isInstanceOf(ScopeCancelledException.class);
			assertThat(this.trail.words()).containsExactly("stopped");
		}
	}

	@Test
	void interruptOfAThreadsOwnRunsOnNoTimersThread() throws Exception {
		OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());
		try (OtherThread odd = new OtherThread((task) -> new Thread(task) {
			@Override
			public void interrupt() {
				ForeignFailuresTests.this.trail.add(Thread.currentThread().getName().replaceAll("-\\d+$", ""));
				super.interrupt();
			}
		})) {
			var outcome = odd.start(() -> blockIn(scope, odd));
			odd.awaitBlocked();

			scope.reschedule(Duration.ofMillis(20));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
			assertThat(this.trail.words()).containsExactly("cancel-scope-callback");
		}
	}

	private static boolean blockIn(CancelScope scope, OtherThread thread) throws InterruptedException {
		return scope.interruptibly((cancellable) -> {
			thread.arrive();
			return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
		});
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatThrowsWhenAScopeOpensOrClosesChangesNothing(Sneaky thrown) {
		CancelScopes listening = builder().listener(new CancelScopeListener() {
			@Override
			public void opened(CancelScope scope) {
				thrown.raise();
			}

			@Override
			public void closed(CancelScope scope) {
				thrown.raise();
			}
		}).build();
		CancelScope[] inside = new CancelScope[1];

		String result = listening.call(ScopeOptions.timeout(SECOND), (scope) -> {
			inside[0] = scope;
			return CancelScope.current().name();
		});

		assertThat(result).isEqualTo(inside[0].name());
		assertThat(inside[0].details().closed()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatThrowsOnACancellationStopsNobody(Sneaky thrown) {
		CancelScopes listening = builder().listener(new CancelScopeListener() {
			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				trail.add("told of " + scope.name());
				thrown.raise();
			}
		}).build();
		OpenScope parent = listening.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = openIn(parent, listening, ScopeOptions.named("child"));
		child.onCancel(this.trail.adding("callback"));

		assertThat(parent.cancel()).isTrue();

		assertThat(child.isCancelled()).isTrue();
		assertThat(this.trail.words()).containsExactlyInAnyOrder("callback", "told of parent", "told of child");
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatThrowsWhenAsksFindAnExpiryLeavesTheAnswer(Sneaky thrown) {
		CancelScopes listening = builder().listener(new CancelScopeListener() {
			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				thrown.raise();
			}
		}).build();
		OpenScope parent = listening.openUnbound(ScopeOptions.timeout(SECOND));
		OpenScope child = openIn(parent, listening, ScopeOptions.none());

		this.time.advance(SECOND);

		assertThat(child.isCancelled()).isTrue();
		assertThat(parent.isCancelled()).isTrue();
		child.close();
		parent.close();
		assertThat(parent.details().closed()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatThrowsWhenAnotherScopeIsCurrentChangesNothing(Sneaky thrown) {
		CancelScopes listening = builder().listener(new CancelScopeListener() {
			@Override
			public void currentChanged(CancelScope current) {
				thrown.raise();
			}
		}).build();
		OpenScope scope = listening.openUnbound(ScopeOptions.named("attached"));

		CancelScope.Registration attached = scope.attach();
		String current = CancelScope.current().name();
		attached.close();
		scope.wrap(() -> this.trail.add("ran in " + CancelScope.current().name())).run();

		assertThat(current).isEqualTo("attached");
		assertThat(this.trail.words()).containsExactly("ran in attached");
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@EnumSource
	void predicateOfFailuresThatThrowsLeavesTheBodysException(Sneaky thrown) {
		IllegalArgumentException failure = new IllegalArgumentException("the body's");
		OpenScope[] inside = new OpenScope[1];
		ScopeOptions options = ScopeOptions.none().cancelOnException((ex) -> {
			throw thrown.raise();
		});

		Throwable arrived = catchThrowable(() -> this.scopes.run(options, (scope) -> {
			inside[0] = (OpenScope) scope;
			throw failure;
		}));

		assertThat(arrived).isSameAs(failure);
		assertThat(failure.getSuppressed()).singleElement().isInstanceOf(thrown.make().getClass());
		assertThat(inside[0].details().closed()).isTrue();
		assertThat(inside[0].isCancelled()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@EnumSource
	void exceptionFactoryThatThrowsLeavesTheLibrarysException(Sneaky thrown) {
		Function<CancelReason, RuntimeException> factory = (reason) -> {
			throw thrown.raise();
		};
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("own").exception(factory));
		scope.cancel("enough");

		Throwable checked = catchThrowable(scope::check);

		assertThat(checked).isExactlyInstanceOf(ScopeCancelledException.class).hasMessageContaining("enough");
		assertThat(checked.getSuppressed()).singleElement().isInstanceOf(thrown.make().getClass());
	}

	@ParameterizedTest
	@EnumSource
	void exceptionFactoryThatThrowsLeavesAnInterruptionTranslated(Sneaky thrown) throws Exception {
		ScopeOptions options = ScopeOptions.none().interrupt().exception((reason) -> {
			throw thrown.raise();
		});
		OpenScope[] inside = new OpenScope[1];
		try (OtherThread worker = new OtherThread()) {
			var outcome = worker.start(() -> this.scopes.call(options, (scope) -> {
				inside[0] = (OpenScope) scope;
				worker.arrive();
				return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
			}));
			worker.awaitBlocked();

			inside[0].cancel();

			assertThat(outcome.failure()).isExactlyInstanceOf(ScopeCancelledException.class)
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
			assertThat(inside[0].details().closed()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void observePredicateThatThrowsLeavesTheThreadAsItWas(Sneaky thrown) {
		CancelScopes observing = builder().observe((name) -> {
			if (name.equals("inner")) {
				thrown.raise();
			}
			return false;
		}).build();

		observing.run(ScopeOptions.named("outer"), (outer) -> {
			catchThrowable(() -> observing.open(ScopeOptions.named("inner").withTimeout(SECOND)).close());
			assertThat(CancelScope.current()).isSameAs(outer);
			catchThrowable(() -> observing.run(ScopeOptions.named("inner"), CancelScope::check));
			assertThat(CancelScope.current()).isSameAs(outer);
		});
	}

	@ParameterizedTest
	@EnumSource
	void observePredicateThatThrowsForAShieldLeavesInterruptsThrough(Sneaky thrown) {
		CancelScopes observing = builder().observe((name) -> {
			if (name.equals("shield")) {
				thrown.raise();
			}
			return false;
		}).build();

		Throwable arrived = catchThrowable(() -> observing.run(ScopeOptions.named("outer").interrupt(), (outer) -> {
			catchThrowable(() -> observing.open(ScopeOptions.named("shield").shield()).close());
			assertThat(CancelScope.current()).isSameAs(outer);
			assertThat(Patience.ends(Patience.start(outer::cancel))).isTrue();
			Thread.sleep(0); // throws if the interrupt has come
			this.trail.add("not interrupted");
		}));

		assertThat(this.trail.words()).isEmpty();
		assertThat(arrived).isInstanceOf(ScopeCancelledException.class);
	}

	@ParameterizedTest
	@EnumSource
	void callbackThatThrowsStopsNobody(Sneaky thrown) {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.named("child"));
		CancelScope.Registration failing = parent.onCancel((reason) -> thrown.raise());
		parent.onCancel(this.trail.adding("second"));
		child.onCancel(this.trail.adding("child"));

		this.scopes.run(ScopeOptions.named("cancellers"), (scope) -> {
			catchThrowable(parent::cancel); // an error of the JVM comes out, at the end
			assertThat(CancelScope.current()).isSameAs(scope);
		});

		assertThat(this.trail.words()).containsExactly("second", "child");
		assertThat(child.isCancelled()).isTrue();
		assertThat(failing.unregister()).isFalse();
		assertThatCode(failing::close).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@EnumSource
	void callbackThatThrowsAtADeadlineStopsNobody(Sneaky thrown) {
		CountDownLatch second = new CountDownLatch(1);
		CancelScopes onTheLibrarysThreads = CancelScopes.builder().timeSource(this.time).build();
		OpenScope scope = onTheLibrarysThreads.openUnbound(ScopeOptions.timeout(SECOND));
		scope.onCancel((reason) -> thrown.raise());
		scope.onCancel((reason) -> second.countDown());

		this.time.advance(SECOND);

		assertThat(Patience.await(second)).as("the other callback runs").isTrue();
	}

}
