package io.cancelscope.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Scopes that are open on no thread or on another one, and how long the check waits for
 * them.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ScopeLeaksElsewhereTests {

	private static final Duration LONG = Duration.ofSeconds(1000);

	private final AtomicReference<@Nullable Throwable> found = new AtomicReference<>();

	@Test
	void checkWaitsForEachScope() throws InterruptedException {
		ScopeLeaks patient = new ScopeLeaks(LONG);
		ScopeLeaks.Watch watch = patient.watch();
		CancelScopes scopes = watchedBy(patient);
		OpenScope first = scopes.openUnbound(ScopeOptions.named("first"));
		OpenScope second = scopes.openUnbound(ScopeOptions.named("second"));
		Thread checking = startChecking(watch);

		first.close();
		checking.join(100);
		assertThat(checking.isAlive()).as("the check still waits").isTrue();
		second.close();
		checking.join(20_000);

		assertThat(checking.isAlive()).isFalse();
		assertThat(this.found.get()).isNull();
	}

	@Test
	void scopeThatIsOpenedMeanwhileIsNotWaitedFor() throws InterruptedException {
		ScopeLeaks patient = new ScopeLeaks(LONG);
		ScopeLeaks.Watch watch = patient.watch();
		CancelScopes scopes = watchedBy(patient);
		OpenScope mail = scopes.openUnbound(ScopeOptions.named("mail"));
		Thread checking = startChecking(watch);
		OpenScope next = scopes.openUnbound(ScopeOptions.named("next test"));

		mail.close();
		checking.join(20_000);

		assertThat(checking.isAlive()).isFalse();
		assertThat(this.found.get()).isNull();
		assertThat(next.isCancelled()).isFalse();
		next.close();
	}

	@Test
	void interruptEndsTheWaitAndStaysSet() throws InterruptedException {
		ScopeLeaks patient = new ScopeLeaks(LONG);
		ScopeLeaks.Watch watch = patient.watch();
		OpenScope mail = watchedBy(patient).openUnbound(ScopeOptions.named("mail"));
		CompletableFuture<Boolean> flag = new CompletableFuture<>();
		Thread checking = start(() -> {
			this.found.set(catchThrowable(watch::check));
			flag.complete(Thread.currentThread().isInterrupted());
		});
		awaitWaiting(checking);

		checking.interrupt();

		assertThat(flag).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
		assertThat(this.found.get()).isInstanceOf(AssertionError.class).hasMessageContaining("scope 'mail'");
		assertThat(mail.isCancelled()).isTrue();
	}

	private static CancelScopes watchedBy(ScopeLeaks leaks) {
		return CancelScopes.builder().listener(leaks).build();
	}

	private Thread startChecking(ScopeLeaks.Watch watch) {
		Thread checking = start(() -> this.found.set(catchThrowable(watch::check)));
		awaitWaiting(checking);
		return checking;
	}

	private static Thread start(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void awaitWaiting(Thread thread) {
		while (thread.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
	}

}
