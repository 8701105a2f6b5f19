package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * That a scope is cancelled, why, and since when: what its state holds. One object where
 * the cancellation began, one in each scope it climbed to, and another, with the same
 * reason, in all scopes it reached from above.
 */
final class Cancellation {

	private static final VarHandle REASON;

	static {
		try {
			REASON = MethodHandles.lookup().findVarHandle(Cancellation.class, "reason", CancelReason.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** The instant it happened, on the tree's clock; for a deadline, the deadline. */
	final long instant;

	private final CancelReason.Kind kind;

	/** The options of the scope where it began. */
	private final ScopeOptions origin;

	private final @Nullable Throwable cause;

	/** Where it began; {@code null} there. */
	private final @Nullable Cancellation beginning;

	/** What the scopes reached by this one hold; {@code null} in those. */
	private final @Nullable Cancellation reached;

	/** Made when first asked for: most often nobody does, and the text costs the most. */
	private @Nullable CancelReason reason;

	/**
	 * Set while the scope it was just stored in has not yet told its tree. Who sees a
	 * cancelled scope in this moment tells the tree for it, so that nobody can see a
	 * scope cancelled and then a scope below it not. It belongs to the one scope that
	 * holds this object, and to the thread that stored it: no foreign code runs before it
	 * is cleared. What scopes were reached by from above is never untold.
	 */
	volatile boolean untold;

	private Cancellation(CancelReason.Kind kind, ScopeOptions origin, @Nullable Throwable cause, long instant) {
		this.kind = kind;
		this.origin = origin;
		this.cause = cause;
		this.instant = instant;
		this.beginning = null;
		this.untold = true;
		this.reached = new Cancellation(this, null);
	}

	private Cancellation(Cancellation beginning, @Nullable Cancellation reached) {
		this.kind = beginning.kind;
		this.origin = beginning.origin;
		this.cause = beginning.cause;
		this.instant = beginning.instant;
		this.beginning = beginning;
		this.reached = reached;
		this.untold = reached != null;
	}

	/** One that has a text of its own. */
	static Cancellation begunAt(CancelReason reason, ScopeOptions origin, long instant) {
		Cancellation begun = new Cancellation(reason.kind(), origin, reason.cause(), instant);
		begun.reason = reason;
		return begun;
	}

	static Cancellation failedAt(Throwable cause, ScopeOptions origin, long instant) {
		return new Cancellation(CancelReason.Kind.FAILED, origin, cause, instant);
	}

	static Cancellation expiredAt(long deadline, ScopeOptions origin) {
		return new Cancellation(CancelReason.Kind.DEADLINE, origin, null, deadline);
	}

	/** What a scope holds that this one climbs to. */
	Cancellation climbed() {
		return new Cancellation((this.beginning != null) ? this.beginning : this, reached());
	}

	/** What the scopes below hold. */
	Cancellation reached() {
		return (this.reached != null) ? this.reached : this;
	}

	boolean begunHere() {
		return this.beginning == null;
	}

	boolean isFailure() {
		return this.kind == CancelReason.Kind.FAILED;
	}

	boolean isExpiry() {
		return this.kind == CancelReason.Kind.DEADLINE;
	}

	/** Why a scope is cancelled; {@code null} if it isn't. */
	static @Nullable CancelReason reasonOf(ScopeNode scope) {
		Cancellation found = (scope.stored() instanceof Cancellation known) ? known : scope.cancellation();
		return (found != null) ? found.reason() : null;
	}

	/** Why: the same object for every scope that is cancelled by this. */
	CancelReason reason() {
		Cancellation begun = (this.beginning != null) ? this.beginning : this;
		CancelReason known = (CancelReason) REASON.getAcquire(begun);
		if (known != null) {
			return known;
		}
		CancelReason made = new CancelReason(begun.kind, begun.message(), begun.cause, begun.origin.name);
		CancelReason other = (CancelReason) REASON.compareAndExchange(begun, null, made);
		return (other != null) ? other : made;
	}

	/** The timeout of the scope where it began; {@code null} if that has none. */
	@Nullable Duration budget() {
		return this.origin.timeout;
	}

	private String message() {
		return (this.cause != null) ? "the operation failed with " + Foreign.text(this.cause)
				: Messages.expired(this.origin);
	}

	/**
	 * Whether a deadline further down had passed when this happened. At the very instant
	 * it has, unless this is a deadline itself: ties belong to the ancestor.
	 */
	boolean comesAfter(long deadlineBelow) {
		long ahead = this.instant - deadlineBelow;
		return ahead > 0 || (ahead == 0 && !isExpiry());
	}

}
