package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R19: the region of a scope that interrupts, or of its attachment, is over when the
 * scope or attachment is, also if another thread closes it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class RegionOwnerTests {

	private static final ScopeOptions INTERRUPTING = ScopeOptions.named("interrupting").interrupt();

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));

	private final ExecutorService worker = Executors.newSingleThreadExecutor();

	@AfterEach
	void endTheWorker() throws InterruptedException {
		this.worker.shutdownNow();

		assertThat(this.worker.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
	}

	private <T> T onWorker(Callable<T> work) throws Exception {
		return this.worker.submit(work).get(20, TimeUnit.SECONDS);
	}

	/** In the midst of a task, since a pool clears the flag between two. */
	private boolean isInterruptedMeanwhile(Callable<?> before, Runnable meanwhile, Callable<?> after) throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		var task = this.worker.submit(() -> {
			before.call();
			begun.countDown();
			while (done.getCount() > 0) {
				Thread.onSpinWait();
			}
			after.call();
			return Thread.interrupted();
		});
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		meanwhile.run();
		done.countDown();
		return task.get(20, TimeUnit.SECONDS);
	}

	/** What owns the region. */
	enum Owner {

		SCOPE {
			@Override
			Handle begin(RegionOwnerTests test) {
				OpenScope opened = test.scopes.open(INTERRUPTING);
				return new Handle(opened, opened::close);
			}
		},

		ATTACHMENT {
			@Override
			Handle begin(RegionOwnerTests test) {
				OpenScope opened = test.scopes.openUnbound(INTERRUPTING);
				Registration attached = opened.attach();
				return new Handle(opened, attached::close);
			}
		},

		ATTACHED_SCOPE_AND_ATTACHMENT {
			@Override
			Handle begin(RegionOwnerTests test) {
				OpenScope opened = test.scopes.openUnbound(INTERRUPTING);
				Registration attached = opened.attach();
				return new Handle(opened, () -> {
					attached.close();
					opened.close();
				});
			}
		},

		ATTACHMENT_OF_A_SCOPE_INSIDE {
			@Override
			Handle begin(RegionOwnerTests test) {
				OpenScope opened = test.scopes.openUnbound(INTERRUPTING);
				OpenScope inside = Scopes.openIn(opened, test.scopes, ScopeOptions.named("inside"));
				Registration attached = inside.attach();
				return new Handle(opened, attached::close);
			}
		};

		/** On the worker, inside the request. */
		abstract Handle begin(RegionOwnerTests test);

	}

	/** A scope that interrupts, and how its region ends. */
	private record Handle(OpenScope scope, Runnable close) {
	}

	private Handle beginOnWorker(Owner owner) throws Exception {
		return onWorker(() -> {
			// Open to the end of the test.
			this.request.attach();
			return owner.begin(this);
		});
	}

	private String askOnWorker() throws Exception {
		return onWorker(() -> CancelScope.current().name());
	}

	@ParameterizedTest
	@EnumSource
	void threadIsBackInWhatWasThereBefore(Owner owner) throws Exception {
		Handle handle = beginOnWorker(owner);

		handle.close().run();

		assertThat(askOnWorker()).isEqualTo("request");
	}

	@ParameterizedTest
	@EnumSource
	void threadIsNotInterruptedAfterwards(Owner owner) throws Exception {
		Handle handle = beginOnWorker(owner);
		handle.close().run();

		boolean interrupted = isInterruptedMeanwhile(() -> "begun", () -> {
			handle.scope().cancel("too late");
			this.request.cancel("too late as well");
		}, () -> "ended");

		assertThat(interrupted).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void threadThatAskedMeanwhileIsNotInterruptedAfterwards(Owner owner) throws Exception {
		Handle handle = beginOnWorker(owner);
		handle.close().run();
		askOnWorker();

		boolean interrupted = isInterruptedMeanwhile(() -> "begun", () -> {
			handle.scope().cancel("too late");
			this.request.cancel("too late as well");
		}, CancelScope::current);

		assertThat(interrupted).isFalse();
	}

	/** What had been sent before the close is taken back when the thread next asks. */
	@ParameterizedTest
	@EnumSource
	void interruptThatNobodyNoticedIsTakenBack(Owner owner) throws Exception {
		Handle[] handle = new Handle[1];

		boolean interrupted = isInterruptedMeanwhile(() -> handle[0] = owner.begin(this), () -> {
			handle[0].scope().cancel("enough");
			handle[0].close().run();
		}, CancelScope::current);

		assertThat(interrupted).isFalse();
	}

	/** The end of any region sets again what is pending for those around it. */
	@ParameterizedTest
	@EnumSource
	void regionThatIsOverIsNotArmedAgainByALaterOne(Owner owner) throws Exception {
		Handle[] handle = new Handle[1];

		boolean interrupted = isInterruptedMeanwhile(() -> handle[0] = owner.begin(this), () -> {
			handle[0].scope().cancel("enough");
			handle[0].close().run();
		}, () -> {
			CancelScope.current();
			return this.request.interruptibly((scope) -> "value");
		});

		assertThat(interrupted).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void nothingHoldsTheScopeOnceTheThreadHasAsked(Owner owner) throws Exception {
		WeakReference<OpenScope> scope = beginAndEnd(owner);

		assertThat(askOnWorker()).isEqualTo("request");

		assertCollected(scope);
	}

	@ParameterizedTest
	@EnumSource
	void nothingHoldsTheScopeOnceTheThreadHasOpenedAnother(Owner owner) throws Exception {
		WeakReference<OpenScope> scope = beginAndEnd(owner);

		onWorker(() -> this.scopes.open(ScopeOptions.named("next")));

		assertCollected(scope);
		assertThat(askOnWorker()).isEqualTo("next");
	}

	@ParameterizedTest
	@EnumSource
	void nothingHoldsTheScopeThatWasCancelledEither(Owner owner) throws Exception {
		WeakReference<OpenScope> scope = beginCancelAndEnd(owner);

		assertThat(askOnWorker()).isEqualTo("request");

		assertCollected(scope);
	}

	private WeakReference<OpenScope> beginAndEnd(Owner owner) throws Exception {
		Handle handle = beginOnWorker(owner);
		handle.close().run();
		handle.scope().close();
		return new WeakReference<>(handle.scope());
	}

	private WeakReference<OpenScope> beginCancelAndEnd(Owner owner) throws Exception {
		Handle handle = beginOnWorker(owner);
		handle.scope().cancel("enough");
		handle.close().run();
		handle.scope().close();
		return new WeakReference<>(handle.scope());
	}

	private static void assertCollected(WeakReference<OpenScope> scope) {
		await("the scope to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return scope.get() == null;
		});
	}

	@Test
	void carriedWorkOfAScopeThatIsClosedMeanwhileEndsClean() throws Exception {
		OpenScope scope = this.scopes.openUnbound(INTERRUPTING);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		var task = this.worker.submit(scope.wrap(() -> {
			begun.countDown();
			closed.await();
			return Thread.currentThread().isInterrupted();
		}));
		begun.await();

		scope.close();
		scope.cancel("too late");
		closed.countDown();

		assertThat(task.get(20, TimeUnit.SECONDS)).isFalse();
		assertThat(askOnWorker()).isEqualTo("root");
	}

}
