package io.cancelscope;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import io.cancelscope.testing.VirtualThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A call that nothing can stop, left by its caller.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class AbandonableLeavingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	/** What the call waits for, whatever happens to its scope. */
	private final CountDownLatch release = new CountDownLatch(1);

	private final OtherThread caller = new OtherThread();

	/** That of the call. */
	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	@AfterEach
	void releaseTheCall() {
		this.release.countDown();
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
	}

	@Test
	void callerLeavesAtTheDeadlineAndTheValueGoesToLateOnce() throws Exception {
		long before = this.scopes.abandonableCalls().left();
		OtherThread.Outcome<String> outcome = call(ScopeOptions.timeout(seconds(1)), this::stubborn, this::addLate);

		this.time.advance(seconds(1));

		assertThat(outcome.failure()).isExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(outcome.flag()).isFalse();
		assertThat(this.trail.words()).isEmpty();
		assertThat(this.scopes.abandonableCalls().running()).isEqualTo(1);
		assertThat(this.scopes.abandonableCalls().left()).isEqualTo(before + 1);
		this.release.countDown();
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
		assertThat(this.trail.words()).containsExactly("late value in root");
	}

	@Test
	void callerLeavesOnCancel() throws Exception {
		OtherThread.Outcome<String> outcome = call(ScopeOptions.named("lookup"), this::stubborn, this::addLate);

		this.scope.get().cancel("enough");

		assertThat(outcome.failure()).isExactlyInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'lookup' was cancelled: enough");
	}

	@Test
	void callerOnAVirtualThreadLeaves() throws Exception {
		assumeTrue(VirtualThreads.areThere(), "this JDK has no virtual threads");
		OtherThread virtual = new OtherThread(VirtualThreads.factory());
		OtherThread.Outcome<String> outcome = call(virtual, ScopeOptions.timeout(seconds(1)), this::stubborn,
				this::addLate);

		this.time.advance(seconds(1));

		assertThat(outcome.failure()).isExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(outcome.flag()).isFalse();
	}

	@Test
	void callerOfAnInterruptingScopeLeavesAndTheCallIsInterrupted() throws Exception {
		OtherThread.Outcome<String> outcome = call(ScopeOptions.timeout(seconds(1)).interrupt(), (inside) -> {
			this.caller.arrive();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.trail.add("interrupted");
			}
			return "value";
		}, this::addLate);

		this.time.advance(seconds(1));

		assertThat(outcome.flag()).isFalse();
		await().until(() -> this.trail.words().contains("interrupted"));
	}

	@Test
	void foreignInterruptLeavesWithTheFlagSetAndTheScopeAsItWas() throws Exception {
		OtherThread.Outcome<String> outcome = call(ScopeOptions.named("lookup").cancelOnException(false),
				this::stubborn, this::addLate);

		this.caller.thread().interrupt();

		assertThat(outcome.failure()).isExactlyInstanceOf(CompletionException.class)
			.hasMessageContaining("'lookup'")
			.hasCauseInstanceOf(InterruptedException.class);
		assertThat(outcome.flag()).isTrue();
		assertThat(this.scope.get().isCancelled()).isFalse();
	}

	@Test
	void flagSetBeforeIsAForeignInterruptToo() throws Exception {
		OtherThread.Outcome<String> outcome = this.caller.start(() -> this.scopes.call(ScopeOptions.none(), (scope) -> {
			Thread.currentThread().interrupt();
			return scope.abandonable(this::stubborn, this::addLate);
		}));

		assertThat(outcome.failure()).isExactlyInstanceOf(CompletionException.class);
		assertThat(outcome.flag()).isTrue();
	}

	/**
	 * <pre>
	 * caller     begins, is interrupted and leaves           closes the scope
	 * time                                  the deadline
	 * the call   ──────────────────────────────────────────────────────────── asks
	 * </pre>
	 */
	@Test
	void callGoesOnInACancelledScopeIfThatClosesAfterItsDeadline() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OtherThread.Outcome<String> outcome = this.caller.start(() -> scope.abandonable((inside) -> {
			this.caller.arrive();
			return stubborn(inside) + ", cancelled: " + inside.isCancelled();
		}, this::addLate));
		this.caller.awaitBlocked();
		this.caller.thread().interrupt();
		assertThat(outcome.failure()).isInstanceOf(CompletionException.class);

		this.time.advance(seconds(1));
		scope.close();
		this.release.countDown();

		await().until(() -> this.trail.words().equals(List.of("late value, cancelled: true in root")));
	}

	@Test
	void exceptionThatComesLaterIsOnlyLogged() throws Exception {
		Logger logger = Logger.getLogger(CancelScope.class.getName());
		Level before = logger.getLevel();
		logger.setLevel(Level.FINE);
		try (LogTrail log = new LogTrail()) {
			OtherThread.Outcome<String> outcome = call(ScopeOptions.named("lookup").withTimeout(seconds(1)),
					(inside) -> {
						stubborn(inside);
						throw new IllegalStateException("nobody hears it");
					}, this::addLate);
			this.time.advance(seconds(1));
			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);

			this.release.countDown();
			await().until(() -> this.scopes.abandonableCalls().running() == 0);

			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("FINE ")
				.contains("'lookup'", "nobody hears it");
		}
		finally {
			logger.setLevel(before);
		}
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void hostileConsumersOfLateValuesHarmNobody() throws Exception {
		for (Sneaky what : Sneaky.values()) {
			try (LogTrail log = new LogTrail()) {
				leaveWith((value) -> {
					this.scopes.open(ScopeOptions.named("left open"));
					Thread.currentThread().interrupt();
					throw what.raise();
				});
				assertThat(log.lines()).singleElement()
					.asString()
					.startsWith("WARNING ")
					.contains("'lookup'", what.make().getClass().getName());
			}
			try (OpenScope scope = this.scopes.open(ScopeOptions.named("next"))) {
				String state = scope.abandonable((inside) -> inside.name() + Thread.currentThread().isInterrupted()
						+ (CancelScope.current() == inside), this::addLate);
				assertThat(state).isEqualTo("nextfalsetrue");
			}
		}
	}

	@Test
	void lateConsumerIsNotInterruptedByWhatInterruptedTheCall() throws Exception {
		Consumer<String> late = (value) -> this.trail.add("interrupted: " + Thread.currentThread().isInterrupted());
		OtherThread.Outcome<String> outcome = call(ScopeOptions.named("lookup").withTimeout(seconds(1)), (inside) -> {
			stubborn(inside);
			Thread.currentThread().interrupt();
			return "late value";
		}, late);
		this.time.advance(seconds(1));
		assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);

		this.release.countDown();

		await().until(() -> this.trail.words().equals(List.of("interrupted: false")));
	}

	private void leaveWith(Consumer<String> late) throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		OtherThread other = new OtherThread();
		OtherThread.Outcome<String> outcome = call(other, ScopeOptions.named("lookup").withTimeout(seconds(1)),
				(inside) -> {
					other.arrive();
					Patience.await(released);
					return "late value";
				}, late);
		this.time.advance(seconds(1));
		assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
		released.countDown();
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
	}

	private OtherThread.Outcome<String> call(ScopeOptions options,
			CancelScope.Operation<String, RuntimeException> operation, Consumer<String> late) throws Exception {
		return call(this.caller, options, operation, late);
	}

	/** Returns once the call has begun, and its caller waits. */
	private OtherThread.Outcome<String> call(OtherThread caller, ScopeOptions options,
			CancelScope.Operation<String, RuntimeException> operation, Consumer<String> late) throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		OtherThread.Outcome<String> outcome = caller
			.start(() -> this.scopes.call(options, (scope) -> scope.abandonable((inside) -> {
				this.scope.set(inside);
				begun.countDown();
				caller.arrive();
				return operation.call(inside);
			}, late)));
		assertThat(Patience.await(begun)).isTrue();
		caller.awaitBlocked();
		return outcome;
	}

	private String stubborn(CancelScope scope) {
		boolean over = false;
		while (!over) {
			over = Patience.await(this.release);
		}
		return "late value";
	}

	private void addLate(String value) {
		this.trail.add(value + " in " + CancelScope.current().name());
	}

}
