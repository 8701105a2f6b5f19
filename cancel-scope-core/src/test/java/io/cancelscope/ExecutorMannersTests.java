package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

/**
 * R23: whatever a callback executor does with its tasks, on the system's time, no
 * callback is lost or run twice, and the timer goes on.
 */
@Timeout(60)
@ExtendWith(JvmErrorsFail.class)
class ExecutorMannersTests {

	private static final Duration SOON = Duration.ofMillis(20);

	private static final int SCOPES = 8;

	private static final int CALLBACKS = 3;

	private static final String TIMER = "cancel-scope-timer";

	private final LogTrail quiet = new LogTrail();

	@AfterEach
	void logAgain() {
		this.quiet.close();
	}

	static Stream<Arguments> manners() {
		return Stream.of(ExecutorManner.values())
			.flatMap((manner) -> Stream.of(Ears.values()).map((ears) -> Arguments.of(manner, ears)));
	}

	@ParameterizedTest(name = "{0}, {1} listening")
	@MethodSource("manners")
	void noCallbackIsLostOrRunTwice(ExecutorManner manner, Ears ears) throws Exception {
		Ears.Listener listener = ears.listener();
		try (ExecutorManner.ManneredExecutor executor = manner.create()) {
			CancelScopes scopes = Ears.add(listener, CancelScopes.builder().callbackExecutor(executor)).build();
			AtomicIntegerArray runs = new AtomicIntegerArray(SCOPES * CALLBACKS);
			CountDownLatch begun = new CountDownLatch(runs.length());
			Set<String> threads = ConcurrentHashMap.newKeySet();
			List<OpenScope> open = new ArrayList<>();
			for (int i = 0; i < SCOPES; i++) {
				OpenScope scope = scopes.openUnbound(ScopeOptions.timeout(SOON));
				open.add(scope);
				for (int j = 0; j < CALLBACKS; j++) {
					int index = i * CALLBACKS + j;
					scope.onCancel((reason) -> {
						threads.add(Thread.currentThread().getName());
						runs.incrementAndGet(index);
						begun.countDown();
					});
				}
			}

			assertThat(Patience.await(begun)).as("every callback runs").isTrue();
			executor.finish();

			assertThat(IntStream.range(0, runs.length()).map(runs::get)).as("runs of each").containsOnly(1);
			assertThat(threads).noneMatch((name) -> name.startsWith(TIMER));
			if (listener != null) {
				await("the listener to be told").until(() -> listener.cancelled.size() == SCOPES);
				open.forEach(OpenScope::close);
				assertThat(listener.cancelled.values()).as("news of each").containsOnly(1);
				assertThat(listener.threads).noneMatch((name) -> name.startsWith(TIMER));
			}
		}
	}

	@ParameterizedTest(name = "{0}, {1} listening")
	@MethodSource("manners")
	void anotherTimerRingsInTimeWhileACallbackBlocks(ExecutorManner manner, Ears ears) {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		try (ExecutorManner.ManneredExecutor executor = manner.create()) {
			CancelScopes scopes = Ears.add(ears.listener(), CancelScopes.builder().callbackExecutor(executor)).build();
			OpenScope scope = scopes.openUnbound(ScopeOptions.timeout(SOON));
			scope.onCancel((reason) -> {
				blocked.countDown();
				Patience.await(release);
			});
			assertThat(Patience.await(blocked)).as("the callback begins").isTrue();

			Duration late = ringAfter(Duration.ofMillis(50));

			assertThat(late).isLessThan(Duration.ofSeconds(1));
		}
		finally {
			release.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void anotherTimerRingsInTimeWhileAListenerBlocks(ExecutorManner manner) {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Ears.Listener listener = Ears.ALL.listener();
		listener.habit = (scope) -> {
			blocked.countDown();
			Patience.await(release);
		};
		try (ExecutorManner.ManneredExecutor executor = manner.create()) {
			CancelScopes scopes = CancelScopes.builder().callbackExecutor(executor).listener(listener).build();
			OpenScope scope = scopes.openUnbound(ScopeOptions.timeout(SOON));
			scope.onCancel((reason) -> {
			});
			assertThat(Patience.await(blocked)).as("the listener is told").isTrue();

			Duration late = ringAfter(Duration.ofMillis(50));

			assertThat(late).isLessThan(Duration.ofSeconds(1));
		}
		finally {
			release.countDown();
		}
	}

	/** How long it took until a timer of the system's time rang. */
	private static Duration ringAfter(Duration delay) {
		long since = System.nanoTime();
		CountDownLatch rang = new CountDownLatch(1);
		TimeSource.system().schedule(rang::countDown, delay.toNanos());
		Patience.await(rang);
		return Duration.ofNanos(System.nanoTime() - since);
	}

	@ParameterizedTest
	@EnumSource
	void askingNeverThrows(ExecutorManner manner) throws Exception {
		try (ExecutorManner.ManneredExecutor executor = manner.create()) {
			CancelScopes scopes = CancelScopes.builder().callbackExecutor(executor).build();
			CountDownLatch begun = new CountDownLatch(SCOPES);
			for (int i = 0; i < SCOPES; i++) {
				OpenScope scope = scopes.openUnbound(ScopeOptions.timeout(Duration.ofMillis(5)));
				scope.onCancel((reason) -> begun.countDown());

				// This thread or the timer's finds it expired, whichever is first.
				assertThatCode(() -> awaitCancelled(scope)).doesNotThrowAnyException();
			}

			assertThat(Patience.await(begun)).as("every callback runs").isTrue();
			executor.finish();
		}
	}

	private static void awaitCancelled(CancelScope scope) {
		while (!scope.isCancelled()) {
			Thread.onSpinWait();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackBelowABubblingParentThatIsOnlyObservedRuns(ExecutorManner manner) throws Exception {
		Ears.Listener listener = Ears.ALL.listener();
		try (ExecutorManner.ManneredExecutor executor = manner.create()) {
			CancelScopes scopes = CancelScopes.builder()
				.callbackExecutor(executor)
				.listener(listener)
				.observe("observed"::equals)
				.build();
			OpenScope parent = scopes.openUnbound(ScopeOptions.named("observed").bubble());
			OpenScope child = Scopes.openIn(parent, scopes, ScopeOptions.named("enforced").withTimeout(SOON));
			CountDownLatch ran = new CountDownLatch(1);

			child.onCancel((reason) -> ran.countDown());

			assertThat(Patience.await(ran)).as("the callback runs").isTrue();
			await("the listener to be told").until(() -> listener.observed.containsKey(parent));
			executor.finish();
			assertThat(listener.observed).containsOnlyKeys(parent).containsValue(1);
			assertThat(listener.threads).noneMatch((name) -> name.startsWith(TIMER));
			assertThat(parent.isCancelled()).isFalse();
		}
	}

	@Test
	void callbacksForWhichThereIsNoThreadRunAllTheSame() {
		int all = 300;
		AtomicInteger threads = new AtomicInteger();
		CountDownLatch refused = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(all);
		CancelScopes scopes = CancelScopes.builder().callbackExecutor((task) -> {
			if (threads.incrementAndGet() > 10) {
				threads.decrementAndGet();
				refused.countDown();
				throw Sneaky.OUT_OF_THREADS.raise();
			}
			Patience.start(() -> {
				task.run();
				threads.decrementAndGet();
			});
		}).build();
		Deadline deadline = Deadline.after(Duration.ofMillis(500));
		for (int i = 0; i < all; i++) {
			scopes.openUnbound(ScopeOptions.none().withDeadline(deadline)).onCancel((reason) -> {
				begun.countDown();
				Patience.await(release);
			});
		}
		assertThat(Patience.await(refused)).isTrue();

		release.countDown();

		assertThat(Patience.await(begun)).as(() -> begun.getCount() + " of them never ran").isTrue();
	}

}
