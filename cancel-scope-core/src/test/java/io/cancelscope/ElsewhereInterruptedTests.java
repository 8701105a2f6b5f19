package io.cancelscope;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.cancelscope.group.TaskGroup;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R20, R21: an interruption that leaves another scope's region on its way out is still
 * the interruption of the scope that caused it.
 */
@Timeout(60)
class ElsewhereInterruptedTests {

	private static final ScopeOptions QUICK = ScopeOptions.named("quick").withTimeout(seconds(1)).interrupt();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final OpenScope unrelated = this.scopes.openUnbound(ScopeOptions.named("unrelated"));

	private static String block() throws InterruptedException {
		new CountDownLatch(1).await();
		return "woken by nobody";
	}

	private static String blockIn(CancelScope scope) throws InterruptedException {
		return scope.interruptibly((current) -> block());
	}

	/** What blocks inside the quick scope, and in whose region. */
	enum Nesting {

		SLEEP_OF_AN_ANCESTOR {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				ancestor.sleep(seconds(1000));
				return "slept";
			}
		},

		AWAIT_OF_AN_ANCESTOR {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				return ancestor.await(new CompletableFuture<>());
			}
		},

		REGION_OF_AN_ANCESTOR {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				return blockIn(ancestor);
			}
		},

		REGION_OF_AN_UNRELATED_SCOPE {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				return blockIn(test.unrelated);
			}
		},

		THREE_REGIONS_DEEP {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				return ancestor.interruptibly((one) -> test.unrelated.interruptibly((two) -> blockIn(ancestor)));
			}
		},

		SLEEP_OF_AN_ANCESTOR_IN_AN_INNER_SCOPE_THAT_INTERRUPTS {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				return test.scopes.call(ScopeOptions.named("inner").interrupt(), (inner) -> {
					ancestor.sleep(seconds(1000));
					return "slept";
				});
			}
		},

		AWAIT_OF_A_GROUP_INSIDE {
			@Override
			String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception {
				try (TaskGroup group = TaskGroup.open(test.scopes, ScopeOptions.named("group"), Runnable::run)) {
					return group.scope().await(new CompletableFuture<>());
				}
			}
		};

		abstract String block(ElsewhereInterruptedTests test, CancelScope ancestor) throws Exception;

	}

	static Stream<Arguments> everywhereOnEveryThread() {
		return Arrays.stream(OnThread.values())
			.flatMap((thread) -> Arrays.stream(Nesting.values()).map((nesting) -> Arguments.of(nesting, thread)));
	}

	@ParameterizedTest
	@MethodSource("everywhereOnEveryThread")
	void fallbackRuns(Nesting nesting, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer"),
					(outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						return nesting.block(this, outer);
					}, (reason) -> "fallback for " + reason.origin())));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("fallback for quick");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("everywhereOnEveryThread")
	void exceptionIsThatOfTheScopeThatWasCancelled(Nesting nesting, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(
					() -> this.scopes.call(ScopeOptions.named("outer"), (outer) -> this.scopes.call(QUICK, (quick) -> {
						other.arrive();
						return nesting.block(this, outer);
					})));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.failure()).isInstanceOfSatisfying(DeadlineExceededException.class,
					(ended) -> assertThat(ended.reason().origin()).isEqualTo("quick"));
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void groupAroundTheQuickScopeIsAwaited(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> {
				try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("group"), Runnable::run)) {
					return this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						return group.scope().await(new CompletableFuture<String>());
					}, (reason) -> "fallback");
				}
			});
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("fallback");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void innerOfTwoQuickScopesMovesOnAndTheOuterGoesOn(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer").interrupt(), (outer) -> {
				String got = this.scopes.callOrElse(QUICK, (quick) -> {
					other.arrive();
					outer.sleep(seconds(1000));
					return "slept";
				}, (reason) -> "fallback");
				outer.sleep(seconds(0));
				return got + ", flag " + Thread.currentThread().isInterrupted();
			}));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("fallback, flag false");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void ofTwoScopesWhoseTimeIsUpTheOuterOneDecides(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("top"), (top) -> this.scopes
				.callOrElse(QUICK.withName("outer"), (outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
					other.arrive();
					return blockIn(top);
				}, (reason) -> "fallback of the inner one"), (reason) -> "fallback of the outer one")));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("fallback of the outer one");
			assertThat(outcome.flag()).isFalse();
		}
	}

	/** The scope is cancelled still, so whatever blocks next in it ends, too. */
	@ParameterizedTest
	@EnumSource
	void nextBlockingCallEndsWhereTheInterruptionWasSwallowed(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer"),
					(outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						try {
							blockIn(outer);
						}
						catch (InterruptedException ex) {
							// Swallowed, as careless code does.
						}
						return block();
					}, (reason) -> "fallback")));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("fallback");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void valueThatComesAllTheSameIsReturned(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer"),
					(outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						try {
							return blockIn(outer);
						}
						catch (InterruptedException ex) {
							return "half of it";
						}
					}, (reason) -> "fallback")));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.value()).isEqualTo("half of it");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("everywhereOnEveryThread")
	void foreignInterruptPassesAsItself(Nesting nesting, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer"),
					(outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						return nesting.block(this, outer);
					}, (reason) -> "fallback")));
			other.awaitBlocked();

			other.thread().interrupt();

			assertThat(outcome.failure()).isInstanceOf(InterruptedException.class);
		}
	}

	@ParameterizedTest
	@EnumSource
	void foreignInterruptWinsOverOursThatComesAfterIt(OnThread kind) throws Exception {
		CountDownLatch caught = new CountDownLatch(1);
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer"),
					(outer) -> this.scopes.callOrElse(QUICK, (quick) -> {
						other.arrive();
						try {
							return blockIn(outer);
						}
						catch (InterruptedException ex) {
							caught.countDown();
							while (!Thread.currentThread().isInterrupted()) {
								Thread.onSpinWait();
							}
							throw ex;
						}
					}, (reason) -> "fallback")));
			other.awaitBlocked();
			other.thread().interrupt();
			caught.await();

			this.time.advance(seconds(1));

			assertThat(outcome.failure()).isInstanceOf(InterruptedException.class);
		}
	}

}
