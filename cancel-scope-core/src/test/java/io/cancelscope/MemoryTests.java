package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * R18: nothing retains a closed scope.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class MemoryTests {

	private static final int MANY = 10_000;

	/** Linear, this takes a second or two; were it quadratic, it would take hours. */
	private static final int A_MILLION = 1_000_000;

	private static final int ONE_IN = 100;

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final List<WeakReference<Object>> closed = new ArrayList<>();

	private void watchOneIn(int number, Object object) {
		if (number % ONE_IN == 0) {
			watch(object);
		}
	}

	@Test
	@Timeout(120)
	void parentHoldsNoneOfAMillionClosedChildren() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)))) {
			for (int i = 0; i < A_MILLION; i++) {
				try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
					watchOneIn(i, child);
				}
			}

			assertAllCollected();
			assertThat(parent.isCancelled()).isFalse();
		}
	}

	@Test
	@Timeout(120)
	void workThatOutlivesItsScopeHoldsNoCallbackThatItTookBack() {
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		OpenScope service = openIn(request, this.scopes, ScopeOptions.named("service"));

		service.wrap(() -> {
			service.close();
			for (int i = 0; i < MANY; i++) {
				Registration callback = service.onCancel((reason) -> {
				});
				callback.close();
				if (i < MANY / 2) {
					watchOneIn(i, callback);
				}
			}

			assertAllCollected();
		}).run();
	}

	@Test
	@Timeout(120)
	void parentHoldsNoneOfAMillionClosedChildrenThatHadCallbacks() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)))) {
			for (int i = 0; i < A_MILLION; i++) {
				try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
					child.onCancel((reason) -> {
					}).unregister();
					child.onCancel((reason) -> watch(child));
					watchOneIn(i, child);
				}
			}

			assertThat(this.time.pending()).isZero();
			assertAllCollected();
			assertThat(parent.isCancelled()).isFalse();
		}
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void parentHoldsNoClosedChildThatWasCancelled() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			for (int i = 0; i < MANY; i++) {
				try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
					child.onCancel((reason) -> {
					});
					child.cancel();
					watch(child);
				}
			}

			assertAllCollected();
			assertThat(parent.isCancelled()).isFalse();
		}
	}

	@Test
	void bubblingParentHoldsNoClosedChild() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none().bubble())) {
			for (int i = 0; i < MANY; i++) {
				try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
					watch(child);
				}
			}

			assertThat(this.time.pending()).isZero();
			assertAllCollected();
			assertThat(parent.isCancelled()).isFalse();
		}
	}

	@Test
	void threadHoldsNothingAfterTheLastScopeHasLeft() {
		openAndClose();

		assertAllCollected();
	}

	private void openAndClose() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			watch(scope);
			watch(scope.onCancel((reason) -> {
			}));
		}
	}

	@Test
	void releasedHandOverLeavesNoChainBehind() {
		OpenScope holder = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		for (int i = 0; i < MANY; i++) {
			OpenScope next = openIn(holder, this.scopes, ScopeOptions.timeout(seconds(1)));
			holder.close(); // in time: the next one goes on without it
			if (i < MANY - 1) {
				watch(next);
			}
			holder = next;
		}

		assertMostCollected();
		assertThat(holder.isCancelled()).isFalse();
	}

	@Test
	void cancelledWorkThatCarriesItselfAlongLeavesNoChainBehind() {
		OpenScope holder = this.scopes.openUnbound(ScopeOptions.none());
		holder.cancel();
		for (int i = 0; i < MANY; i++) {
			OpenScope next = openIn(holder, this.scopes, ScopeOptions.none());
			assertThat(next.isCancelled()).isTrue();
			watch(next);
			next.close();
			holder = next;
		}

		assertMostCollected();
		assertThat(holder.isCancelled()).isTrue();
	}

	@Test
	void queuedWorkOfAReleasedScopeHoldsOnlyThatScope() {
		Callable<String> queued;
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			watch(this.scopes.openUnbound(ScopeOptions.none()));
			queued = scope.wrap((Callable<String>) () -> "value");
		}

		assertAllCollected();
		assertThat(queued).isNotNull();
	}

	@Test
	void keptExceptionHoldsNoScope() {
		Throwable kept = exceptionOfACancelledScope();

		assertAllCollected();
		assertThat(kept).isInstanceOf(ScopeCancelledException.class);
	}

	private Throwable exceptionOfACancelledScope() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();
			watch(scope);
			return catchThrowable(scope::check);
		}
	}

	@Test
	void cancelledParentForgetsItsChildren() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		for (int i = 0; i < MANY; i++) {
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			child.onCancel((reason) -> {
			});
			watch(child);
		}

		parent.cancel();

		assertAllCollected();
		assertThat(parent.isCancelled()).isTrue();
	}

	@Test
	void callbackTakenBackIsHeldByNobody() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Registration registration = registerForAResource(scope);

		registration.unregister();

		assertAllCollected();
		assertThat(registration.unregister()).isTrue();
		assertThat(scope.isCancelled()).isFalse();
	}

	private Registration registerForAResource(OpenScope scope) {
		Object resource = new Object();
		watch(resource);
		return scope.onCancel((reason) -> resource.hashCode());
	}

	private void watch(Object object) {
		this.closed.add(new WeakReference<>(object));
	}

	private void assertAllCollected() {
		await("all of it to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return this.closed.stream().allMatch((reference) -> reference.get() == null);
		});
	}

	/** The last few may be held by the one at the end. */
	private void assertMostCollected() {
		await("most of it to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return this.closed.stream().filter((reference) -> reference.get() != null).count() < 5;
		});
	}

}
