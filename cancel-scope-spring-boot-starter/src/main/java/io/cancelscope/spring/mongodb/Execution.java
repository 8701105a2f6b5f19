package io.cancelscope.spring.mongodb;

import java.time.Duration;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * A call of the blocking driver within a scope. The cancellation interrupts the thread,
 * which ends waits for a server and for a connection, and on a virtual thread also
 * reading from one. On a platform thread, reading ends when the server answers, which it
 * does where the operation is killed in it, or at the deadline.
 */
final class Execution {

	private Execution() {
	}

	/**
	 * Makes the call.
	 * @param scope the scope of the call
	 * @param stop stops the operation in the server, without blocking, once; may be null
	 * @param timed whether the driver has a timeout from this scope
	 */
	static @Nullable Object run(CancelScope scope, @Nullable Runnable stop, boolean timed, Operation operation) {
		scope.check();
		try {
			return (stop != null) ? runStoppable(scope, stop, operation) : runInterruptibly(scope, operation);
		}
		catch (RuntimeException ex) {
			throw translate(scope, ex, timed);
		}
	}

	/**
	 * Race: at the deadline, the driver may give up before the scope's callback has
	 * begun, which is then not run any more.
	 */
	private static @Nullable Object runStoppable(CancelScope scope, Runnable stop, Operation operation) {
		CancelScope.Registration registration = scope.onCancel((CancelScope.Stop) stop::run);
		try (registration) {
			return runInterruptibly(scope, operation);
		}
		catch (RuntimeException ex) {
			if (Failures.leavesWorkBehind(ex)) {
				stop.run();
			}
			throw ex;
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	private static @Nullable Object runInterruptibly(CancelScope scope, Operation operation) {
		return scope.<@Nullable Object, RuntimeException>interruptibly((inside) -> operation.run());
	}

	private static RuntimeException translate(CancelScope scope, RuntimeException failure, boolean timed) {
		if (!Failures.isOfStopping(failure)) {
			return failure;
		}
		if (timed && !scope.isCancelled() && Failures.isEarly(scope, failure)) {
			waitForDeadline(scope);
		}
		return scope.isCancelled() ? Failures.attach(scope, failure) : failure;
	}

	/** The scope is not cancelled yet, so it has no exception either. */
	private static void waitForDeadline(CancelScope scope) {
		try {
			while (!scope.isCancelled()) {
				scope.sleep(scope.remaining().orElse(Duration.ofMillis(1)));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			// Ignored: the scope's exception, which is made again.
		}
	}

	/** Something that the driver does. */
	interface Operation {

		@Nullable Object run();

	}

}
