package io.cancelscope.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.Trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What races in tests need: threads, a time of their own, and tasks that lose.
 */
final class RaceTrack {

	final ManualTime time = new ManualTime();

	final CancelScopes scopes = this.time.scopes();

	final ExecutorService executor = Executors.newCachedThreadPool();

	/** What stopped the losers. */
	final Trail stopped = new Trail();

	@SafeVarargs
	final String race(ScopeOptions options, Callable<String>... tasks) throws InterruptedException {
		List<Callable<String>> list = new ArrayList<>();
		for (Callable<String> task : tasks) {
			list.add(task);
		}
		return TaskGroup.race(this.scopes, options, this.executor, list);
	}

	/** Says that it has begun, waits until it is cancelled, and checks. */
	String lose(CountDownLatch begun) throws InterruptedException {
		CountDownLatch cancelled = new CountDownLatch(1);
		CancelScope.current().onCancel((reason) -> cancelled.countDown());
		begun.countDown();
		assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
		this.stopped.add(catchThrowable(CancelScope.current()::check).getMessage());
		CancelScope.current().check();
		return "never";
	}

	/** Does something on another thread as soon as the tasks have begun. */
	void whenBegun(CountDownLatch begun, Runnable action) {
		this.executor.execute(() -> {
			try {
				assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
			action.run();
		});
	}

	void awaitEnd() throws InterruptedException {
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.time.pending()).isZero();
	}

}
