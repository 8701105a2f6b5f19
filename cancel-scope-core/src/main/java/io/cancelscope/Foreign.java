package io.cancelscope;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The one place that calls code of others: callbacks, listeners, factories, predicates,
 * executors, loggers, and the {@code toString} of exceptions. Whatever such code throws,
 * checked exceptions that nobody declared included, ends here, and stops nothing. On the
 * timer's thread none of it runs: it is handed to the library's threads.
 * <p>
 * Called here means: under no monitor, and only when the scopes' states are written. Only
 * a {@link TimeSource} is called by those who need its answer; what it throws passes.
 */
final class Foreign {

	private static final int LONGEST_LINE = 4_000;

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private Foreign() {
	}

	/**
	 * Runs a piece of news, here, or elsewhere if this is the timer's thread.
	 * @param code calls the foreign code
	 * @param complaint what to log if it fails
	 */
	static void tell(Runnable code, Supplier<String> complaint) {
		if (SystemTime.INSTANCE.isTimerThread()) {
			CallbackThreads.SHARED.execute(() -> run(code, complaint));
		}
		else {
			run(code, complaint);
		}
	}

	/**
	 * Runs foreign code on this thread.
	 * @return what it threw, which has been logged, or {@code null}
	 */
	static @Nullable Throwable run(Runnable code, Supplier<String> complaint) {
		try {
			code.run();
			return null;
		}
		catch (Throwable ex) {
			log(Level.WARNING, complaint, ex);
			return ex;
		}
	}

	/**
	 * Runs a callback on this thread.
	 * @return what it threw, or {@code null}
	 */
	static @Nullable Throwable call(Consumer<? super CancelReason> callback, CancelReason reason) {
		try {
			callback.accept(reason);
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	/**
	 * Asks foreign code something on this thread.
	 * @param otherwise makes the answer of what it throws
	 */
	static <T, R extends @Nullable Object> R ask(Function<? super T, ? extends R> code, T about,
			Function<? super Throwable, ? extends R> otherwise) {
		try {
			return code.apply(about);
		}
		catch (Throwable ex) {
			return otherwise.apply(ex);
		}
	}

	/**
	 * Hands a task to an executor of others.
	 * @return what that threw, or {@code null}
	 */
	static @Nullable Throwable execute(Executor executor, Runnable task) {
		try {
			executor.execute(task);
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	// The listener, three times without a lambda: it hears of every scope

	static void opened(CancelScopeListener listener, ScopeNode scope) {
		try {
			listener.opened(scope);
		}
		catch (Throwable ex) {
			complain(scope, ex);
		}
	}

	static void cancelled(CancelScopeListener listener, ScopeNode scope, CancelReason reason) {
		try {
			listener.cancelled(scope, reason);
		}
		catch (Throwable ex) {
			complain(scope, ex);
		}
	}

	static void closed(CancelScopeListener listener, ScopeNode scope) {
		try {
			listener.closed(scope);
		}
		catch (Throwable ex) {
			complain(scope, ex);
		}
	}

	private static void complain(ScopeNode scope, Throwable thrown) {
		log(Level.WARNING, () -> complaint(scope), thrown);
	}

	static String complaint(ScopeNode scope) {
		return "The listener failed for scope '" + scope.name() + "'. The scope is not affected";
	}

	/** Logs, whatever the logger does; never on the timer's thread. */
	static void log(Level level, Supplier<String> message, @Nullable Throwable thrown) {
		if (SystemTime.INSTANCE.isTimerThread()) {
			CallbackThreads.SHARED.execute(() -> log(level, message, thrown));
			return;
		}
		try {
			logger.log(level, line(message.get()), thrown);
		}
		catch (Throwable ex) {
			logWithoutCause(level, message, thrown);
		}
	}

	/** Whatever the message quotes, it stays one line. */
	private static String line(String message) {
		return LogText.of(message, LONGEST_LINE);
	}

	/** The exception may be what could not be printed. */
	private static void logWithoutCause(Level level, Supplier<String> message, @Nullable Throwable thrown) {
		try {
			String cause = (thrown != null) ? ": " + thrown.getClass().getName() : "";
			logger.log(level, line(message.get() + cause));
		}
		catch (Throwable ex) {
			// Ignored: a logger that can't log must not stop what goes on here.
		}
	}

	/** The text of an exception in one line, also of one whose text can't be made. */
	static String text(Throwable exception) {
		try {
			return LogText.of(exception.toString());
		}
		catch (Throwable ex) {
			return exception.getClass().getName() + " (its text could not be computed: " + ex.getClass().getName()
					+ ")";
		}
	}

	/** The cause of an exception, or {@code null} for one that has none or can't tell. */
	static @Nullable Throwable cause(Throwable exception) {
		try {
			return exception.getCause();
		}
		catch (Throwable ex) {
			return null;
		}
	}

	/** Gives an exception a cause, if it takes one. */
	static void initCause(Throwable exception, Throwable cause) {
		try {
			exception.initCause(cause);
		}
		catch (Throwable ex) {
			// Ignored: one that was made with an explicit null takes none.
		}
	}

	/** Stops something; what that throws ends where the callback is run. */
	static void stop(CancelScope.Stop stop) {
		try {
			stop.stop();
		}
		catch (Exception ex) {
			throw Foreign.<RuntimeException>sneakyThrow(ex);
		}
	}

	/**
	 * Adds what went wrong on the way to the exception that counts.
	 */
	static void suppress(Throwable exception, Throwable suppressed) {
		if (exception != suppressed) {
			exception.addSuppressed(suppressed);
		}
	}

	@SuppressWarnings("unchecked")
	static <X extends Throwable> RuntimeException sneakyThrow(Throwable exception) throws X {
		throw (X) exception;
	}

}
