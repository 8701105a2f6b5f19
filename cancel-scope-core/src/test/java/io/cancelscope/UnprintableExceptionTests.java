package io.cancelscope;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.group.TaskGroup;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R9 for exceptions that can't be asked for their text, because a getter throws: they
 * pass as any other, and whoever waits for the work that failed is not left waiting.
 */
@Timeout(60)
@ExtendWith({ ThreadStaysClean.class, JvmErrorsFail.class })
@SuppressWarnings("try")
class UnprintableExceptionTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final Trail trail = new Trail();

	@ParameterizedTest
	@EnumSource
	void runPassesTheBodysExceptionUnchanged(Sneaky getter) {
		Unprintable failure = new Unprintable(getter);
		CancelScope[] inside = new CancelScope[1];

		Throwable arrived = catchThrowable(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			inside[0] = scope;
			throw failure;
		}));

		assertThat(arrived == failure).as("the body's exception arrives").isTrue();
		assertThat(inside[0].details().closed()).isTrue();
		assertReadable(inside[0], failure);
	}

	@ParameterizedTest
	@EnumSource
	void runPassesACheckedExceptionUnchanged(Sneaky getter) {
		UnprintableChecked failure = new UnprintableChecked(getter);

		Throwable arrived = catchThrowable(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			throw failure;
		}));

		assertThat(arrived == failure).as("the body's exception arrives").isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void failedScopeStopsWhatIsBelow(Sneaky getter) {
		Unprintable failure = new Unprintable(getter);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("operation"));
		OpenScope below = Scopes.openIn(scope, this.scopes, ScopeOptions.named("below"));
		below.onCancel(this.trail.adding("stopped"));

		scope.failed(failure);

		assertThat(this.trail.words()).containsExactly("stopped");
		assertReadable(below, failure);
	}

	/** The reason, and what a check makes of it, can be read. */
	private static void assertReadable(CancelScope scope, Throwable failure) {
		CancelReason reason = scope.reason().orElseThrow();
		assertThat(reason.kind()).isEqualTo(Kind.FAILED);
		assertThat(reason.message()).contains(failure.getClass().getSimpleName());
		assertThat(reason.cause() == failure).as("the cause is the failure").isTrue();
		Throwable checked = catchThrowable(scope::check);
		assertThat(checked instanceof ScopeCancelledException).isTrue();
		assertThat(checked.getMessage()).contains(scope.name());
		assertThat(checked.getCause() == failure).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void futureOfAGroupsTaskCompletesAndJoinThrows(Sneaky getter) throws Exception {
		Unprintable failure = new Unprintable(getter);
		OtherThread.Outcome<Throwable[]> outcome = inAGroup((group) -> group.fork(() -> {
			throw failure;
		}));

		Throwable[] ends = outcome.value();

		// The JDK makes the ExecutionException of the failure's text, so get throws that.
		assertThat(ends[0]).as("the future fails").isNotNull();
		assertThat(ends[1] == failure).as("join throws the failure").isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void futureOfAGroupsTaskCompletesAndJoinWrapsWhatIsChecked(Sneaky getter) throws Exception {
		UnprintableChecked failure = new UnprintableChecked(getter);
		OtherThread.Outcome<Throwable[]> outcome = inAGroup((group) -> group.fork(() -> {
			throw failure;
		}));

		Throwable[] ends = outcome.value();

		// The JDK makes the ExecutionException of the failure's text, so get throws that.
		assertThat(ends[0]).as("the future fails").isNotNull();
		assertThat(ends[1] instanceof CompletionException && ends[1].getCause() == failure).as("join wraps it")
			.isTrue();
	}

	/** How the future and the join of a group end, on a thread that may hang. */
	private OtherThread.Outcome<Throwable[]> inAGroup(Function<TaskGroup, Future<?>> fork) {
		ExecutorService pool = Executors.newCachedThreadPool(UnprintableExceptionTests::daemon);
		CountDownLatch othersStop = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		return new OtherThread(UnprintableExceptionTests::daemon).start(() -> {
			try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.timeout(SECOND), pool)) {
				group.scope().onCancel((reason) -> othersStop.countDown());
				Future<?> sibling = group.fork(() -> {
					begun.countDown();
					return Patience.await(othersStop);
				});
				Patience.await(begun);
				Future<?> future = fork.apply(group);
				Throwable ofFuture = catchThrowable(() -> future.get(10, TimeUnit.SECONDS));
				Throwable ofJoin = catchThrowable(group::join);
				assertThat(sibling.get()).as("the sibling was stopped").isEqualTo(true);
				return new Throwable[] { ofFuture, ofJoin };
			}
			finally {
				pool.shutdownNow();
			}
		});
	}

	private static Thread daemon(Runnable task) {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		return thread;
	}

	@ParameterizedTest
	@EnumSource
	void callbackThatThrowsOneStopsNobody(Sneaky getter) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CancelScope.Registration failing = scope.onCancel((reason) -> {
			throw new Unprintable(getter);
		});
		scope.onCancel(this.trail.adding("second"));
		boolean cancelled;

		try (LogTrail asking = new LogTrail()) {
			cancelled = scope.cancel();
		}

		assertThat(cancelled).isTrue();
		assertThat(this.trail.words()).containsExactly("second");
		failing.close();
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatThrowsOneChangesNothing(Sneaky getter) {
		CancelScopes listening = CancelScopes.builder().listener(new CancelScopeListener() {
			@Override
			public void opened(CancelScope scope) {
				throw new Unprintable(getter);
			}
		}).build();

		try (LogTrail asking = new LogTrail()) {
			listening.run(ScopeOptions.named("own"), (scope) -> this.trail.add(CancelScope.current().name()));
		}

		assertThat(this.trail.words()).containsExactly("own");
	}

	/** Its text comes from something that is gone, as a lazy proxy's does. */
	private static final class Unprintable extends RuntimeException {

		private static final long serialVersionUID = 1;

		private final Sneaky getter;

		Unprintable(Sneaky getter) {
			this.getter = getter;
		}

		@Override
		public String getMessage() {
			throw this.getter.raise();
		}

		@Override
		public String toString() {
			throw this.getter.raise();
		}

	}

	/** The same, checked; its message alone can't be had. */
	private static final class UnprintableChecked extends Exception {

		private static final long serialVersionUID = 1;

		private final Sneaky getter;

		UnprintableChecked(Sneaky getter) {
			this.getter = getter;
		}

		@Override
		public String getMessage() {
			throw this.getter.raise();
		}

	}

}
