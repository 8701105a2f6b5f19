package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R23: what stops work is begun for the whole tree before anybody is told, and one that
 * blocks doesn't hold up the rest.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class StopsBeforeNewsTests {

	/** Well below what the first one would block for. */
	private static final Duration AT_ONCE = Duration.ofSeconds(2);

	private final ExecutorService single = Executors.newSingleThreadExecutor();

	private final Trail trail = new Trail();

	@AfterEach
	void shutDown() {
		this.single.shutdownNow();
	}

	enum Cause {

		CANCEL {
			@Override
			void begin(OpenScope scope) {
				Patience.start(scope::cancel);
			}
		},

		DEADLINE {
			@Override
			void begin(OpenScope scope) {
				scope.reschedule(Deadline.after(Duration.ofMillis(20)));
			}
		};

		abstract void begin(OpenScope scope);

	}

	enum Threads {

		OF_THE_LIBRARY, ONE_OF_THE_APPLICATION

	}

	static Stream<Arguments> ways() {
		return Stream.of(Cause.values())
			.flatMap((cause) -> Stream.of(Threads.values()).map((threads) -> Arguments.of(cause, threads)));
	}

	private CancelScopes.Builder builder(Threads threads) {
		CancelScopes.Builder builder = CancelScopes.builder();
		return (threads == Threads.OF_THE_LIBRARY) ? builder : builder.callbackExecutor(this.single);
	}

	@ParameterizedTest(name = "{0}, threads {1}")
	@MethodSource("ways")
	void callbackMayWaitForOneFurtherIn(Cause cause, Threads threads) throws Exception {
		CancelScopes scopes = builder(threads).build();
		OpenScope parent = scopes.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, scopes, ScopeOptions.none());
		CountDownLatch freed = new CountDownLatch(1);
		BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
		parent.onCancel((reason) -> Patience.await(freed));
		child.onCancel((reason) -> {
			begun.add(System.nanoTime());
			freed.countDown();
		});

		long since = System.nanoTime();
		cause.begin(parent);

		Long second = begun.poll(20, TimeUnit.SECONDS);
		assertThat(second).isNotNull();
		assertThat(Duration.ofNanos(second - since)).isLessThan(AT_ONCE);
	}

	/** Tried again, since nothing but the time it takes tells: a second, if it waits. */
	@Test
	void threadOfAnExecutorIsFreeAgainForACallbackThatNeedsIt() throws Exception {
		CancelScopes scopes = builder(Threads.ONE_OF_THE_APPLICATION).build();
		long best = Long.MAX_VALUE;
		for (int i = 0; i < 5 && best > 500; i++) {
			OpenScope scope = scopes.openUnbound(ScopeOptions.none());
			CountDownLatch second = new CountDownLatch(1);
			BlockingQueue<Long> millis = new LinkedBlockingQueue<>();
			scope.onCancel((reason) -> Patience.await(second));
			scope.onCancel((CancelScope.Stop) () -> {
				second.countDown();
				long since = System.nanoTime();
				this.single.submit(() -> "done").get();
				millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
			});

			Cause.DEADLINE.begin(scope);

			Long took = millis.poll(20, TimeUnit.SECONDS);
			assertThat(took).isNotNull();
			best = Math.min(best, took);
		}
		assertThat(best).isLessThan(500);
	}

	@ParameterizedTest(name = "{0}, threads {1}")
	@MethodSource("ways")
	void eachCallbackMayWaitForTheNext(Cause cause, Threads threads) throws Exception {
		OpenScope scope = builder(threads).build().openUnbound(ScopeOptions.none());
		List<CountDownLatch> begun = IntStream.range(0, 8).mapToObj((i) -> new CountDownLatch(1)).toList();
		CountDownLatch last = begun.get(7);
		for (int i = 0; i < 8; i++) {
			CountDownLatch own = begun.get(i);
			CountDownLatch next = begun.get(Math.min(i + 1, 7));
			scope.onCancel((reason) -> {
				own.countDown();
				Patience.await(next);
			});
		}

		cause.begin(scope);

		try {
			assertThat(last.await(5, TimeUnit.SECONDS)).as("the last one begins").isTrue();
		}
		finally {
			begun.forEach(CountDownLatch::countDown);
		}
	}

	@ParameterizedTest(name = "{0}, threads {1}")
	@MethodSource("ways")
	void listenerMayWaitForACallback(Cause cause, Threads threads) {
		Ears.Listener listener = Ears.ALL.listener();
		CancelScopes scopes = builder(threads).listener(listener).build();
		OpenScope parent = scopes.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, scopes, ScopeOptions.none());
		CountDownLatch stopped = new CountDownLatch(2);
		AtomicBoolean early = new AtomicBoolean();
		listener.habit = (scope) -> early.compareAndSet(false, !Patience.await(stopped));
		parent.onCancel((reason) -> stopped.countDown());
		child.onCancel((reason) -> stopped.countDown());

		cause.begin(parent);

		await("news").atMost(Duration.ofSeconds(40)).until(() -> listener.cancelled.size() == 2);
		assertThat(early).as("told before all was stopped").isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
	void cancellationThatClimbsIsToldAfterAllCallbacksHaveBegun(Ears ears) {
		ManualTime time = new ManualTime();
		CancelScopes scopes = tellingTree(ears, time);
		OpenScope leaf = bubblingTree(scopes, ScopeOptions.none());

		leaf.cancel();

		awaitAllOfTheTree();
		assertThat(this.trail.words().subList(0, 4)).allMatch((word) -> word.startsWith("stop "));
		assertThat(this.trail.words().subList(4, 8)).allMatch((word) -> word.startsWith("news "));
	}

	@ParameterizedTest
	@EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
	void deadlineThatClimbsIsToldAfterAllCallbacksHaveBegun(Ears ears) {
		ManualTime time = new ManualTime();
		CancelScopes scopes = tellingTree(ears, time);
		bubblingTree(scopes, ScopeOptions.timeout(SECOND));

		time.advance(SECOND);

		awaitAllOfTheTree();
		assertThat(this.trail.words().subList(0, 4)).allMatch((word) -> word.startsWith("stop "));
		assertThat(this.trail.words().subList(4, 8)).allMatch((word) -> word.startsWith("news "));
	}

	private CancelScopes tellingTree(Ears ears, ManualTime time) {
		Ears.Listener listener = ears.listener();
		listener.habit = (scope) -> this.trail.add("news " + scope.name());
		Executor here = Runnable::run;
		return CancelScopes.builder().timeSource(time).callbackExecutor(here).listener(listener).build();
	}

	/** Top > left > leaf, and right beside left. */
	private OpenScope bubblingTree(CancelScopes scopes, ScopeOptions ofLeaf) {
		OpenScope top = scopes.openUnbound(ScopeOptions.named("top").bubble());
		OpenScope left = openIn(top, scopes, ScopeOptions.named("left"));
		OpenScope leaf = openIn(left, scopes, ofLeaf.withName("leaf"));
		OpenScope right = openIn(top, scopes, ScopeOptions.named("right"));
		for (OpenScope scope : List.of(right, leaf, left, top)) {
			scope.onCancel(this.trail.adding("stop " + scope.name()));
		}
		return leaf;
	}

	private void awaitAllOfTheTree() {
		await("callbacks and news of four scopes").until(() -> this.trail.words().size() == 8);
		assertThat(this.trail.words()).containsExactlyInAnyOrder("stop leaf", "stop left", "stop top", "stop right",
				"news leaf", "news left", "news top", "news right");
	}

	@ParameterizedTest
	@EnumSource
	void threadsAreInterruptedBeforeAnybodyIsTold(Cause cause) throws Exception {
		Ears.Listener listener = Ears.ALL.listener();
		CancelScopes scopes = CancelScopes.builder().listener(listener).build();
		OpenScope top = scopes.openUnbound(ScopeOptions.named("top").bubble());
		OpenScope leaf = openIn(top, scopes, ScopeOptions.named("leaf"));
		CountDownLatch woken = new CountDownLatch(1);
		AtomicBoolean early = new AtomicBoolean();
		listener.habit = (scope) -> early.compareAndSet(false, !Patience.await(woken));
		leaf.onCancel((reason) -> {
		});
		try (OtherThread worker = new OtherThread()) {
			var outcome = worker.start(() -> top.interruptibly((scope) -> {
				worker.arrive();
				try {
					return new CountDownLatch(1).await(40, TimeUnit.SECONDS);
				}
				finally {
					woken.countDown();
				}
			}));
			worker.awaitBlocked();

			cause.begin(leaf);

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class);
			await("news").until(() -> listener.cancelled.size() == 2);
			assertThat(early).as("told before the thread was woken").isFalse();
		}
	}

}
