package io.cancelscope.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of an open scope in a response of the endpoint.
 *
 * @param id the id of the scope in later requests
 * @param parent the id of the parent, if there is one
 * @param name the name of the scope
 * @param key the key of the scope, if it has one
 * @param thread the thread on which it was opened, or {@code carried}
 * @param opened when it was opened
 * @param deadline when its budget ends, if it has one
 * @param limit the source of that budget if it is not the application, such as a header
 * of the caller
 * @param remaining the remaining budget, such as {@code 1.6s}; {@code 0s} if the scope is
 * cancelled
 * @param shield whether outer cancellations are kept out
 * @param bubble whether cancellations below bubble up to it
 * @param interrupt whether cancelling it interrupts threads
 * @param observed whether it is only observed, and cannot be cancelled
 * @param state {@code open} or {@code cancelled}
 * @param reason the reason for its cancellation, if it is cancelled
 * @param below the number of open scopes directly below it
 * @param children these scopes, if a tree was requested
 */
public record ScopeDescriptor(String id, @Nullable String parent, String name, @Nullable String key, String thread,
		@Nullable Instant opened, @Nullable Instant deadline, @Nullable String limit, @Nullable String remaining,
		boolean shield, boolean bubble, boolean interrupt, boolean observed, String state,
		@Nullable ReasonDescriptor reason, int below,
		@Nullable List<ScopeDescriptor> children) implements OperationResponseBody {

	static ScopeDescriptor of(ScopeTrees.Tree tree, Instant now, boolean withMessages, boolean withChildren) {
		CancelScope scope = tree.scope;
		Optional<CancelReason> reason = scope.reason();
		Duration elapsed = tree.details.elapsed();
		Instant opened = (elapsed != null) ? now.minus(elapsed) : null;
		Duration budget = tree.details.budget();
		Thread thread = tree.details.thread();
		return new ScopeDescriptor(tree.id(), (tree.parent != null) ? tree.parent.id() : null, scope.name(),
				scope.key().orElse(null), (thread != null) ? thread.getName() : "carried", opened, ends(opened, budget),
				tree.details.budgetSource(), scope.remaining().map(ScopeDescriptor::text).orElse(null),
				tree.details.shielded(), tree.details.bubbling(), tree.details.interrupting(), tree.details.observed(),
				reason.isPresent() ? "cancelled" : "open",
				reason.map((known) -> ReasonDescriptor.of(known, withMessages)).orElse(null), tree.children.size(),
				withChildren ? new ArrayList<>() : null);
	}

	private static String text(Duration remaining) {
		return Durations.format(remaining.truncatedTo(ChronoUnit.MILLIS));
	}

	/** A deadline in thousands of years has no date. */
	private static @Nullable Instant ends(@Nullable Instant opened, @Nullable Duration budget) {
		return (opened != null && budget != null && budget.toDays() < 365_000) ? opened.plus(budget) : null;
	}

	/**
	 * Description of the reason for a cancellation in a response of the endpoint.
	 *
	 * @param kind the kind of the reason
	 * @param origin the name of the scope in which the cancellation began
	 * @param message the human-readable reason, or {@value #HIDDEN} if it can contain
	 * external text and the caller must not see it
	 * @param cause the class of the exception that led to it, if there is one
	 */
	public record ReasonDescriptor(String kind, String origin, String message, @Nullable String cause) {

		static final String HIDDEN = "******";

		/** What an exception says may hold anything, what we say about time may not. */
		static ReasonDescriptor of(CancelReason reason, boolean withMessage) {
			boolean ours = reason.kind() == CancelReason.Kind.DEADLINE || reason.kind() == CancelReason.Kind.MISNESTED;
			Throwable cause = reason.cause();
			return new ReasonDescriptor(reason.kind().name(), reason.origin(),
					(ours || withMessage) ? reason.message() : HIDDEN,
					(cause != null) ? cause.getClass().getName() : null);
		}

	}

}
