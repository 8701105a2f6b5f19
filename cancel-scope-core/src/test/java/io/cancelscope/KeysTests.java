package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * Open scopes are found by their key, as long as they are open.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class KeysTests {

	private static final ScopeOptions ORDER = ScopeOptions.named("import").withKey("order-42");

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void scopeIsFoundWhileItIsOpen() {
		try (OpenScope scope = this.scopes.open(ORDER)) {
			assertThat(this.scopes.findByKey("order-42")).containsExactly(scope);
			assertThat(this.scopes.findByKey("order-4")).isEmpty();
			assertThat(CancelScopes.create().findByKey("order-42")).isEmpty();
		}
		assertNothingIsKept();
	}

	@Test
	void scopeOfEveryKindIsFound() throws Exception {
		CancelScopes watched = CancelScopes.builder().rememberOpen().listener(new CancelScopeListener() {
		}).observe("observed"::equals).timeSource(new ManualTime()).build();
		for (CancelScopes each : List.of(this.scopes, watched)) {
			OpenScope unbound = each.openUnbound(ORDER.withTimeout(Duration.ofSeconds(1)));
			try (OpenScope bound = each.open(ORDER.interrupt());
					OpenScope below = each.open(ScopeOptions.none());
					OpenScope inside = each.open(ORDER.withName("observed").shield())) {
				assertThat(each.findByKey("order-42")).containsExactly(inside, bound, unbound);
				assertThat(below.key()).isEmpty();
			}
			assertThat(each.findByKey("order-42")).containsExactly(unbound);
			Thread closing = new Thread(unbound::close);
			closing.start();
			closing.join();
			assertThat(each.setup.keys.isEmpty()).isTrue();
		}
	}

	@Test
	void eachOfManyWithTheSameKeyIsForgottenInAnyOrder() {
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			open.add(this.scopes.openUnbound(ORDER));
		}
		for (int closed : new int[] { 2, 0, 2, 1, 0 }) {
			open.remove(closed).close();
			assertThat(this.scopes.findByKey("order-42")).containsExactlyInAnyOrderElementsOf(open);
		}
		assertNothingIsKept();
	}

	@Test
	void keyIsForgottenHoweverTheScopeEnds() {
		OpenScope cancelled = this.scopes.openUnbound(ORDER);
		cancelled.cancel();
		assertThat(this.scopes.findByKey("order-42")).containsExactly(cancelled);
		cancelled.close();
		cancelled.close();
		OpenScope outer = this.scopes.open(ORDER);
		this.scopes.open(ORDER);
		assertThatIllegalStateException().isThrownBy(outer::close);
		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.scopes.open(ORDER.withTimeout(Duration.ZERO).checkOnEnter()));

		assertNothingIsKept();
	}

	@Test
	void scopeWithoutAKeyOpensAsBefore() {
		assertThat(ScopeOptions.named("a").plain).isTrue();
		assertThat(ORDER.plain).isFalse();
		assertThat(ORDER.withKey(null).plain).isTrue();
		try (OpenScope scope = this.scopes.open(ORDER.withKey(null))) {
			assertThat(((ScopeNode) scope).linksIfAny()).isNull();
			assertThat(this.scopes.setup.keys.isEmpty()).isTrue();
		}
	}

	@Test
	@Timeout(120)
	void scopeThatWasNeverClosedIsNotKept() {
		WeakReference<OpenScope> forgotten = new WeakReference<>(this.scopes.openUnbound(ORDER));

		await("the scope to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			this.scopes.openUnbound(ORDER.withKey("other")).close();
			return forgotten.get() == null && this.scopes.setup.keys.isEmpty();
		});
	}

	/** Race: threads open and close scopes with the same few keys, and look for them. */
	@Test
	@Timeout(120)
	void nothingIsLeftOfManyThreads() throws Exception {
		int threads = 8;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		CountDownLatch ready = new CountDownLatch(threads);
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			all.add(executor.submit(() -> {
				ready.countDown();
				ready.await();
				for (int turn = 0; turn < 2_000; turn++) {
					String key = "key-" + (turn % 3);
					try (OpenScope scope = this.scopes.open(ScopeOptions.none().withKey(key))) {
						assertThat(this.scopes.findByKey(key)).contains(scope);
					}
				}
				return null;
			}));
		}
		for (Future<?> each : all) {
			each.get(60, TimeUnit.SECONDS);
		}
		executor.shutdown();

		assertNothingIsKept();
	}

	@Test
	@Timeout(120)
	void aHundredThousandAreFoundAndForgotten() {
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			open.add(this.scopes.openUnbound(ScopeOptions.none().withKey("order-" + i)));
		}
		for (int i = 0; i < 100_000; i += 997) {
			assertThat(this.scopes.findByKey("order-" + i)).containsExactly(open.get(i));
		}
		open.forEach(OpenScope::close);

		assertNothingIsKept();
	}

	@Test
	void listenerCanFindAndCancelTheScopeBeforeItsCodeRuns() {
		List<String> told = new ArrayList<>();
		CancelScopes[] scopes = new CancelScopes[1];
		scopes[0] = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				told.add("opened");
			}

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				told.add(reason.message());
			}

		}).keyedListener((scope) -> {
			assertThat(scopes[0].findByKey("order-42")).containsExactly(scope);
			scope.cancel("too late");
		}).keyedListener((scope) -> told.add("second")).build();

		scopes[0].run(ORDER, (scope) -> {
			assertThat(scope.isCancelled()).isTrue();
			assertThat(told).containsExactly("opened", "too late", "second");
		});
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> scopes[0].open(ORDER.checkOnEnter()))
			.withMessageContaining("too late");
		told.clear();
		scopes[0].run(ScopeOptions.named("no key"), (scope) -> assertThat(scope.isCancelled()).isFalse());
		assertThat(told).containsExactly("opened");
		assertThat(scopes[0].setup.keys.isEmpty()).isTrue();
	}

	@Test
	void interruptedAtOnceIfTheListenerCancelsIt() {
		CancelScopes scopes = CancelScopes.builder().keyedListener((scope) -> scope.cancel("too late")).build();

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(
				() -> scopes.run(ORDER.interrupt(), (scope) -> new CountDownLatch(1).await(60, TimeUnit.SECONDS)));

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void listenerThatFailsHurtsNobody() {
		CancelScopes scopes = CancelScopes.builder().keyedListener((scope) -> {
			throw new IllegalStateException("no");
		}).build();

		scopes.run(ORDER, (scope) -> assertThat(scopes.findByKey("order-42")).containsExactly(scope));
	}

	@Test
	void someAreCancelledAtOnceAndTheirCallbacksElsewhere() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch second = new CountDownLatch(1);
		OpenScope blocked = this.scopes.openUnbound(ORDER);
		OpenScope other = this.scopes.openUnbound(ORDER);
		OpenScope before = this.scopes.openUnbound(ORDER);
		Thread canceller = Thread.currentThread();
		List<Thread> callers = new ArrayList<>();
		blocked.onCancel((reason) -> {
			callers.add(Thread.currentThread());
			awaitQuietly(release);
		});
		other.onCancel((reason) -> second.countDown());
		before.cancel("before");

		int cancelled = this.scopes.cancelAll(List.of(blocked, other, before), Kind.REQUESTED, "wrong file");

		assertThat(cancelled).isEqualTo(2);
		assertThat(other.reason().orElseThrow().message()).isEqualTo("wrong file");
		assertThat(blocked.isCancelled()).isTrue();
		// The first callback holds up neither this thread nor the second one.
		assertThat(second.await(60, TimeUnit.SECONDS)).isTrue();
		release.countDown();
		List.of(blocked, other, before).forEach(OpenScope::close);
		assertThat(callers).hasSize(1).doesNotContain(canceller);
	}

	@Test
	void scopeThatAnotherOneReachesIsNotCountedTwice() {
		try (OpenScope outer = this.scopes.open(ORDER);
				OpenScope inner = this.scopes.open(ORDER);
				OpenScope shielded = this.scopes.open(ORDER.shield())) {
			assertThat(this.scopes.cancelAll(List.of(outer, inner, shielded), Kind.REQUESTED, "stop")).isEqualTo(2);

			assertThat(inner.isCancelled()).isTrue();
			assertThat(shielded.isCancelled()).isTrue();
		}
	}

	@Test
	void misuseIsRefused() {
		OpenScope scope = this.scopes.openUnbound(ORDER);

		assertThatNullPointerException().isThrownBy(() -> this.scopes.findByKey(null)).withMessage("key");
		assertThatNullPointerException().isThrownBy(() -> CancelScopes.builder().keyedListener(null));
		assertThatIllegalStateException()
			.isThrownBy(() -> this.scopes.cancelAll(List.of(scope, CancelScope.current()), Kind.REQUESTED, "stop"));
		assertThat(scope.isCancelled()).isFalse();
		scope.close();
	}

	private void assertNothingIsKept() {
		assertThat(this.scopes.setup.keys.isEmpty()).isTrue();
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
