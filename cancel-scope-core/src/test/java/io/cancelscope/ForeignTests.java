package io.cancelscope;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.cancelscope.testing.LogTrail;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Code of others ends where it is called, on no thread of the timer's, and whatever it
 * throws is logged, whatever the logger does.
 */
@Timeout(60)
class ForeignTests {

	private final LinkedBlockingQueue<String> threads = new LinkedBlockingQueue<>();

	private void noteThread() {
		this.threads.add(Thread.currentThread().getName());
	}

	private @Nullable String thread() throws InterruptedException {
		return this.threads.poll(10, TimeUnit.SECONDS);
	}

	@Test
	void newsIsToldOnTheCallersThread() {
		Foreign.tell(this::noteThread, () -> "never said");

		assertThat(this.threads).containsExactly(Thread.currentThread().getName());
	}

	@Test
	void newsOfTheTimersIsToldOnAThreadForCallbacks() throws Exception {
		TimeSource.system().schedule(() -> Foreign.tell(this::noteThread, () -> "never said"), 0);

		assertThat(thread()).startsWith("cancel-scope-callback");
	}

	@Test
	void newsThatFailsIsLogged() {
		try (LogTrail log = new LogTrail()) {
			Foreign.tell(() -> {
				throw new IllegalStateException("on purpose");
			}, () -> "It failed");

			assertThat(log.lines()).containsExactly("WARNING It failed: java.lang.IllegalStateException: on purpose");
		}
	}

	@Test
	void whatCodeThrewIsReturned() {
		IllegalStateException thrown = new IllegalStateException("on purpose");

		try (LogTrail log = new LogTrail()) {
			Throwable failed = Foreign.run(() -> {
				throw thrown;
			}, () -> "It failed");
			Throwable succeeded = Foreign.run(() -> {
			}, () -> "never said");

			assertThat(failed).isSameAs(thrown);
			assertThat(succeeded).isNull();
			assertThat(log.lines()).hasSize(1);
		}
	}

	@Test
	void threadThatCannotBeInterruptedIsLogged() throws Exception {
		OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());
		try (LogTrail log = new LogTrail(); OtherThread odd = new OtherThread((task) -> new Thread(task) {
			@Override
			public void interrupt() {
				super.interrupt();
				if (Thread.currentThread() != this) { // the JDK does it, too
					throw new IllegalStateException("on purpose");
				}
			}
		})) {
			var outcome = odd.start(() -> scope.interruptibly((inside) -> {
				odd.arrive();
				while (!Thread.currentThread().isInterrupted()) {
					Thread.onSpinWait();
				}
				return "interrupted";
			}));
			odd.awaitArrival();

			scope.cancel();

			assertThat(outcome.value()).isEqualTo("interrupted");
			assertThat(log.lines()).containsExactly("WARNING A thread could not be interrupted on cancellation."
					+ " The other threads are interrupted: java.lang.IllegalStateException: on purpose");
		}
	}

	@Test
	void logIsWrittenOnTheCallersThreadButNeverOnTheTimers() throws Exception {
		try (FailingLog log = new FailingLog(0)) {
			Foreign.log(System.Logger.Level.WARNING, () -> "here", null);
			assertThat(thread()).isEqualTo(Thread.currentThread().getName());

			TimeSource.system()
				.schedule(() -> Foreign.log(System.Logger.Level.WARNING, () -> "of the timer's", null), 0);
			assertThat(thread()).startsWith("cancel-scope-callback");

			assertThat(log.lines).containsExactly("here", "of the timer's");
		}
	}

	@Test
	void exceptionThatTheLoggerFailsWithIsNamedInstead() {
		try (FailingLog log = new FailingLog(1)) {
			Foreign.log(System.Logger.Level.WARNING, () -> "It failed", new IllegalStateException("unprintable"));

			assertThat(log.lines).containsExactly("It failed: java.lang.IllegalStateException");
		}
	}

	@Test
	void messageIsTriedAgainWhereThereIsNoException() {
		try (FailingLog log = new FailingLog(1)) {
			Foreign.log(System.Logger.Level.WARNING, () -> "It is so", null);

			assertThat(log.lines).containsExactly("It is so");
		}
	}

	@Test
	void loggerThatAlwaysFailsStopsNobody() {
		try (FailingLog log = new FailingLog(Integer.MAX_VALUE)) {
			Foreign.log(System.Logger.Level.WARNING, () -> "It is so", null);

			assertThat(log.lines).isEmpty();
			assertThat(this.threads).hasSize(2);
		}
	}

	@Test
	void predicateThatThrowsTheBodysOwnExceptionAddsNothingToIt() {
		IllegalStateException thrown = new IllegalStateException("the body's own");
		CancelScopes scopes = CancelScopes.create();
		ScopeOptions options = ScopeOptions.none().cancelOnException((ex) -> {
			throw thrown;
		});

		assertThatIllegalStateException().isThrownBy(() -> scopes.run(options, (scope) -> {
			throw thrown;
		})).isSameAs(thrown);

		assertThat(thrown.getSuppressed()).isEmpty();
	}

	@Test
	void predicateThatThrowsIsSuppressedInTheBodysException() {
		IllegalStateException thrown = new IllegalStateException("the body's own");
		CancelScopes scopes = CancelScopes.create();
		ScopeOptions options = ScopeOptions.none().cancelOnException((ex) -> {
			throw new IllegalArgumentException("the predicate's");
		});

		assertThatIllegalStateException().isThrownBy(() -> scopes.run(options, (scope) -> {
			throw thrown;
		})).isSameAs(thrown);

		assertThat(thrown.getSuppressed()).singleElement().asString().contains("the predicate's");
	}

	/** Fails the first times, and notes on which thread it is called. */
	private final class FailingLog extends Handler implements AutoCloseable {

		/** Held, because the log manager forgets what nobody holds. */
		private final Logger logger = Logger.getLogger(CancelScope.class.getName());

		private final List<String> lines = new CopyOnWriteArrayList<>();

		private int failures;

		FailingLog(int failures) {
			this.failures = failures;
			this.logger.setUseParentHandlers(false);
			this.logger.addHandler(this);
		}

		@Override
		public synchronized void publish(LogRecord line) {
			if (this.failures > 0) {
				this.failures--;
				noteThread();
				throw new IllegalStateException("the disk is full");
			}
			this.lines.add(line.getMessage());
			noteThread();
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
			this.logger.removeHandler(this);
			this.logger.setUseParentHandlers(true);
		}

	}

}
