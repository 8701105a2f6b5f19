package io.cancelscope;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Makes what {@code check()} throws, and what an interruption becomes: the library's own
 * exception, or a user's where a factory has a say. And knows them again.
 */
final class Failures {

	/** Enough for a fresh exception; one handed out again and again stops growing. */
	private static final int MOST_SUPPRESSED = 8;

	private Failures() {
	}

	/** What a check of this scope throws for this cancellation. */
	static RuntimeException of(ScopeNode scope, Cancellation found) {
		return of(scope, found, found.reason().cause());
	}

	/**
	 * What an interruption of ours is called outside of the region it ended: the scope's
	 * exception, with the interruption as its cause.
	 * @return the scope's exception, or {@code null} if the one thrown is to pass
	 */
	static @Nullable RuntimeException translate(ScopeNode scope, Gate.Interruption whose, @Nullable Throwable thrown) {
		if (whose != Gate.Interruption.OURS || !Interruptions.isOne(thrown)
				|| ScopeCancelledException.findIn(thrown) != null) {
			return null;
		}
		Cancellation found = scope.cancellation();
		if (found == null) {
			return null;
		}
		Throwable cause = found.reason().cause();
		RuntimeException ours = of(scope, found, (cause != null) ? cause : thrown);
		if (cause != null && thrown != null) {
			ours.addSuppressed(thrown);
		}
		return ours;
	}

	/**
	 * Whether the exception is one of ours, of a cancellation of this scope or of one
	 * inside it, given that none above is cancelled. One from inside that merely passed,
	 * and made this scope fail, does not count: nobody had cancelled this one.
	 */
	static boolean isOfOrInside(Throwable exception, ScopeNode scope, Cancellation here) {
		ScopeCancelledException ours = ScopeCancelledException.findIn(exception);
		return ours != null && (ScopeCancelledException.isIn(exception, here.reason())
				|| (!here.isFailure() && ours.isFrom(scope)));
	}

	/** Where an exception of this scope comes from: from around it if it has closed. */
	static Whereabouts whereabouts(ScopeNode scope) {
		Whereabouts known = scope.links().rarities().whereabouts(scope);
		if (scope.isOver()) {
			// Also a race: it closes and finds none, while this one makes it.
			ScopeNode around = Snapshot.nearestOpenAround(scope);
			known.closed((around != null) ? whereabouts(around) : null);
		}
		return known;
	}

	private static RuntimeException of(ScopeNode scope, Cancellation found, @Nullable Throwable cause) {
		CancelReason reason = found.reason();
		String message = Messages.cancelled(scope.options, reason);
		ScopeCancelledException ours = (reason.kind() == CancelReason.Kind.DEADLINE)
				? new DeadlineExceededException(message, reason, scope.name(), cause)
				: new ScopeCancelledException(message, reason, scope.name(), cause);
		ours.beganWithin(found.budget());
		ours.comesFrom(whereabouts(scope));
		for (ScopeNode at = scope; at != null; at = at.parent()) {
			Function<? super ScopeCancelledException, ? extends RuntimeException> factory = at.options.exceptionFactory;
			if (factory != null) {
				return made(factory, reason, ours);
			}
		}
		return ours;
	}

	/** The factory's exception, with ours attached; ours alone if the factory fails. */
	private static RuntimeException made(Function<? super ScopeCancelledException, ? extends RuntimeException> factory,
			CancelReason reason, ScopeCancelledException ours) {
		RuntimeException theirs = ask(factory, ours);
		if (theirs == null || theirs == ours) {
			return ours;
		}
		// It may be about another scope's exception, and still has to be known as ours.
		if (!ScopeCancelledException.isIn(theirs, reason)) {
			attach(theirs, ours);
			if (!ScopeCancelledException.isIn(theirs, reason)) {
				ours.addSuppressed(new IllegalStateException("The exception factory of scope '" + ours.scope()
						+ "' returned an exception that accepts neither a cause nor a suppressed exception,"
						+ " so it cannot be recognised as a cancellation: " + Foreign.text(theirs)));
				return ours;
			}
		}
		return theirs;
	}

	private static @Nullable RuntimeException ask(
			Function<? super ScopeCancelledException, ? extends RuntimeException> factory,
			ScopeCancelledException ours) {
		RuntimeException made = Foreign.<ScopeCancelledException, @Nullable RuntimeException>ask(factory, ours,
				(ex) -> {
					Foreign.suppress(ours, ex);
					return ours;
				});
		if (made == null) {
			ours.addSuppressed(new IllegalStateException("The exception factory of scope '" + ours.scope()
					+ "' returned null. Return a new exception on each call."));
		}
		return made;
	}

	/** As its cause if it takes one and tells it, otherwise suppressed. */
	private static void attach(RuntimeException theirs, ScopeCancelledException ours) {
		if (Foreign.cause(theirs) == null) {
			Foreign.initCause(theirs, ours);
		}
		if (!ScopeCancelledException.isIn(theirs, ours.reason()) && theirs.getSuppressed().length < MOST_SUPPRESSED) {
			ours.standsBehind(theirs);
			theirs.addSuppressed(ours);
		}
	}

}
