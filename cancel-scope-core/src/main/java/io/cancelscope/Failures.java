package io.cancelscope;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Makes what {@code check()} throws where a user's factory has a say.
 */
final class Failures {

	/** Enough for a fresh exception; one handed out again and again stops growing. */
	private static final int MOST_SUPPRESSED = 8;

	private Failures() {
	}

	/** The factory's exception, with ours attached; ours alone if the factory fails. */
	static RuntimeException made(Function<? super CancelReason, ? extends RuntimeException> factory,
			CancelReason reason, ScopeCancelledException ours) {
		RuntimeException theirs = ask(factory, reason, ours);
		if (theirs == null || theirs == ours) {
			return ours;
		}
		// It may be about another scope's exception, and still has to be known as ours.
		if (!ScopeCancelledException.isIn(theirs, reason)) {
			attach(theirs, ours);
		}
		return theirs;
	}

	private static @Nullable RuntimeException ask(Function<? super CancelReason, ? extends RuntimeException> factory,
			CancelReason reason, ScopeCancelledException ours) {
		try {
			RuntimeException made = factory.apply(reason);
			if (made == null) {
				ours.addSuppressed(new IllegalStateException("The exception factory of a scope returned null"
						+ " instead of an exception; return a fresh one each time."));
			}
			return made;
		}
		catch (RuntimeException ex) {
			ours.addSuppressed(ex);
			return null;
		}
	}

	private static void attach(RuntimeException theirs, ScopeCancelledException ours) {
		if (theirs.getCause() == null) {
			try {
				theirs.initCause(ours);
				return;
			}
			catch (IllegalStateException ex) {
				// Made with an explicit null cause, which can't be changed any more.
			}
		}
		if (theirs.getSuppressed().length < MOST_SUPPRESSED) {
			theirs.addSuppressed(ours);
		}
	}

}
