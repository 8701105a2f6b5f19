package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R16 through every way of carrying a scope, and what a service behind a propagating one
 * still does itself.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class CarryingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@ParameterizedTest
	@EnumSource
	void expiryBeforeTheCloseIsNoticedWhicheverWayTheWorkWasCarried(Way way) throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SECOND));
		Callable<Boolean> work = way.carry(this.scopes, scope);

		this.time.advance(seconds(2));
		scope.close();

		assertThat(work.call()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void workOfAScopeThatClosedInTimeIsReleasedWhicheverWayItWasCarried(Way way) throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SECOND));
		Callable<Boolean> work = way.carry(this.scopes, scope);

		scope.close();
		this.time.advance(seconds(2));

		assertThat(work.call()).isFalse();
	}

	/** Ways to take a scope along; the work says whether it found itself cancelled. */
	enum Way {

		RUNNABLE {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				List<Boolean> found = new ArrayList<>();
				Runnable task = scope.wrap((Runnable) () -> found.add(scopes.isCancelled()));
				return () -> {
					task.run();
					return found.get(0);
				};
			}
		},

		CALLABLE {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				return orThrown(scope.wrap((Callable<Boolean>) scopes::isCancelled));
			}
		},

		SUPPLIER {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				return orThrown(scope.wrapSupplier(scopes::isCancelled)::get);
			}
		},

		EXECUTOR {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				List<Boolean> found = new ArrayList<>();
				List<Runnable> queue = new ArrayList<>();
				scope.wrap(queue::add).execute(() -> found.add(scopes.isCancelled()));
				return () -> {
					queue.get(0).run();
					return found.get(0);
				};
			}
		},

		UNBOUND_CHILD {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				return scopes.openUnbound(ScopeOptions.none())::isCancelled;
			}
		},

		SUBMITTED_CALLABLE {
			@Override
			Callable<Boolean> carry(CancelScopes scopes, OpenScope scope) {
				return orThrown(PropagatingExecutorService.carry((Callable<Boolean>) scopes::isCancelled));
			}
		};

		abstract Callable<Boolean> carry(CancelScopes scopes, OpenScope scope);

		private static Callable<Boolean> orThrown(Callable<Boolean> work) {
			return () -> {
				try {
					return work.call();
				}
				catch (ScopeCancelledException ex) {
					return true;
				}
			};
		}

	}

	@Test
	void forgottenScopeInACarriedTaskDoesNotHideItsException() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Callable<Object> task = scope.wrap((Callable<Object>) () -> {
			this.scopes.open(ScopeOptions.named("forgotten"));
			throw new IllegalArgumentException("the task's own");
		});

		Throwable thrown = catchThrowable(task::call);

		assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessage("the task's own");
		assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
		scope.close();
	}

	@Test
	void carriedOperationRunsInItsScopeOrAtTheRoot() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("a"));

		assertThat(scope.wrap((Callable<String>) () -> CancelScope.current().name()).call()).isEqualTo("a");
		assertThat(CancelScope.current().wrap((Callable<String>) () -> CancelScope.current().name()).call())
			.isEqualTo("root");

		scope.close();
	}

	@Test
	void propagatingServiceSpeaksForTheOneBehind() throws Exception {
		ExecutorService behind = Executors.newSingleThreadExecutor();
		ExecutorService propagating = this.scopes.propagating(behind);
		CountDownLatch begun = new CountDownLatch(1);
		propagating.execute(() -> {
			begun.countDown();
			catchThrowable(() -> new CountDownLatch(1).await());
		});
		propagating.execute(() -> {
		});
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(propagating.isShutdown()).isFalse();
		assertThat(propagating.isTerminated()).isFalse();
		assertThat(propagating.awaitTermination(1, TimeUnit.NANOSECONDS)).isFalse();

		assertThat(propagating.shutdownNow()).hasSize(1);

		assertThat(propagating.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(propagating.isShutdown()).isTrue();
		assertThat(propagating.isTerminated()).isTrue();
	}

}
