package io.cancelscope.spring.request;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.ExpiredHeader;
import io.cancelscope.spring.GuardedCall;
import io.cancelscope.spring.InsufficientBudgetException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * A request with its scope, and the response to the request if the scope is cancelled.
 */
public final class RequestScope {

	/** The name of the request attribute that contains the instance of a request. */
	public static final String ATTRIBUTE = RequestScope.class.getName();

	/** Status for logs and metrics if the client has disconnected, as used by proxies. */
	public static final HttpStatusCode CLIENT_GONE = HttpStatusCode.valueOf(499);

	private final OpenScope scope;

	private final TimeSource time;

	private final CancelScopeWebProperties web;

	private final RequestLimit limit;

	/** When the caller stops waiting, if it says so and somebody wants to know. */
	private final @Nullable Deadline callers;

	/** Null if the request begins with any budget. */
	private final @Nullable GuardedCall guarded;

	private volatile boolean limited;

	RequestScope(OpenScope scope, TimeSource time, CancelScopeWebProperties web, RequestLimit limit,
			@Nullable Deadline callers, @Nullable GuardedCall guarded) {
		this.scope = scope;
		this.time = time;
		this.web = web;
		this.limit = limit;
		this.callers = callers;
		this.guarded = guarded;
	}

	/**
	 * Returns the scope.
	 * @return the scope, open or closed
	 */
	public OpenScope scope() {
		return this.scope;
	}

	/**
	 * Returns whether the request must not begin. Its time was used up before it came to
	 * this server, as {@code cancel-scope.web.request-start} tells, or less is left than
	 * {@code cancel-scope.requires} asks for. Such a request is answered with
	 * {@link #exception()}.
	 * @return whether that is so; {@code false} if the scope is only observed
	 */
	public boolean isTooLateToBegin() {
		GuardedCall guarded = this.guarded;
		return (this.limit.isUsedUp() && this.scope.isCancelled()) || (guarded != null && guarded.isRefused());
	}

	/**
	 * Closes the scope, because the request is over. Also adds the time that the request
	 * took to those from which {@code cancel-scope.requires} learns, if it does. A second
	 * call has no effect.
	 */
	public void close() {
		GuardedCall guarded = this.guarded;
		if (guarded != null) {
			guarded.ended(this.scope, isCompleted());
		}
		this.scope.close();
	}

	/** What nobody has stopped runs to its end, though its time may be up. */
	private boolean isCompleted() {
		CancelReason reason = this.scope.reason().orElse(null);
		return reason == null || (reason.kind() == CancelReason.Kind.DEADLINE && !this.scope.hasThrown());
	}

	/**
	 * Cancels the scope because the client has disconnected.
	 * @param cause the exception that revealed it, or {@code null}
	 */
	public void clientIsGone(@Nullable Throwable cause) {
		this.scope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", cause);
	}

	/**
	 * Moves the deadline of this request to now, because its server reports that the time
	 * is up. If the deadline has already passed, this method has no effect.
	 */
	public void expire() {
		try {
			this.scope.reschedule(Deadline.after(Duration.ZERO, this.time));
		}
		catch (IllegalArgumentException ex) {
			// A scope around this one, or a customizer, has brought another clock.
			this.scope.cancel("the request timed out");
		}
	}

	/**
	 * Returns the time that a server may wait for this request.
	 * @param current the time that the server would wait otherwise, in milliseconds; zero
	 * or negative for no limit
	 * @return the time in milliseconds, not longer than the remaining budget; zero or
	 * negative for no limit
	 */
	public long limit(long current) {
		Optional<Duration> remaining = this.scope.remaining();
		if (remaining.isEmpty()) {
			return current;
		}
		long left = Math.max(1, remaining.get().plusNanos(999_999).toMillis());
		this.limited = current <= 0 || left <= current;
		return this.limited ? left : current;
	}

	/**
	 * Reports that the server has stopped waiting. The clock of the server is a different
	 * one and may have started earlier. If the server waited for the result of
	 * {@link #limit}, the deadline counts as passed.
	 * @return whether the scope is now cancelled
	 */
	public boolean serverGaveUp() {
		if (this.limited) {
			expire();
		}
		return this.scope.isCancelled();
	}

	/**
	 * Returns the exception that {@link CancelScope#check()} would throw now.
	 * @return the exception
	 * @throws IllegalStateException if the scope is not cancelled
	 */
	public RuntimeException exception() {
		return this.scope.exception();
	}

	/**
	 * Returns the response to a cancelled request: status 504 after a deadline, or if the
	 * request did not begin because less was left than it requires; otherwise 503 with
	 * {@code Retry-After}. The body is a problem detail (RFC 9457). Caches must not store
	 * the response. It contains names of scopes if {@code cancel-scope.web.show-scopes}
	 * is set.
	 * @param cancellation the exception that ended the request
	 * @return the response
	 */
	public ResponseEntity<ProblemDetail> answerTo(ScopeCancelledException cancellation) {
		return answerTo(cancellation, (name) -> false);
	}

	/**
	 * Returns the response to a cancelled request, like
	 * {@link #answerTo(ScopeCancelledException)}. After a deadline, it says whose time
	 * was used up if {@code cancel-scope.web.expired-header} is set, unless the
	 * application has set that header itself.
	 * @param cancellation the exception that ended the request
	 * @param isSet returns whether the application has set a header of the response
	 * @return the response
	 */
	public ResponseEntity<ProblemDetail> answerTo(ScopeCancelledException cancellation, Predicate<String> isSet) {
		CancelReason reason = cancellation.reason();
		if (reason.kind() == CancelReason.Kind.DISCONNECTED) {
			return ResponseEntity.status(CLIENT_GONE).build();
		}
		CancelReason.Kind kind = kind(reason);
		ResponseEntity.BodyBuilder answer = ResponseEntity.status(CancelledProblem.statusOf(kind))
			.cacheControl(CacheControl.noStore());
		if (kind != CancelReason.Kind.DEADLINE) {
			answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds(this.web.retryAfter())));
		}
		else if (this.web.expiredHeader() && !isSet.test(ExpiredHeader.NAME)) {
			answer.header(ExpiredHeader.NAME, isCallersTime(reason) ? ExpiredHeader.CALLER : ExpiredHeader.SERVER);
		}
		ProblemDetail problem = CancelledProblem.of(cancellation, kind, this.web.showScopes());
		// Not the whole source, which names a property of the application.
		if (this.limit.header() != null && kind == CancelReason.Kind.DEADLINE && isOwn(reason)) {
			problem.setProperty("limit", "header " + this.limit.header());
		}
		return answer.body(problem);
	}

	/**
	 * For a caller, a request without enough time is the same as one without any time.
	 */
	private CancelReason.Kind kind(CancelReason reason) {
		boolean refused = isOwn(reason) && reason.cause() instanceof InsufficientBudgetException;
		return refused ? CancelReason.Kind.DEADLINE : reason.kind();
	}

	/**
	 * Whether the caller has no time left, whichever limit it was that passed. Where the
	 * server gave up a little early, that is so although its time has not passed.
	 */
	private boolean isCallersTime(CancelReason reason) {
		Deadline callers = this.callers;
		return callers != null && (callers.isExpired() || (isOwn(reason) && this.limit.coversAllThatTheCallerHas()));
	}

	private boolean isOwn(CancelReason reason) {
		return reason.origin().equals(this.scope.name());
	}

	private static long seconds(Duration duration) {
		return duration.plusMillis(999).toSeconds();
	}

}
