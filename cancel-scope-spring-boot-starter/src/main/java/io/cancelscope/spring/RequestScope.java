package io.cancelscope.spring;

import java.time.Duration;
import java.util.Optional;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * One request and its scope, and what it is answered when that is cancelled.
 */
public final class RequestScope {

	/** Where a request that is being handled keeps its own. */
	public static final String ATTRIBUTE = RequestScope.class.getName();

	/** For logs and metrics alone: there is nobody left to read it. Proxies use it so. */
	public static final HttpStatusCode CLIENT_GONE = HttpStatusCode.valueOf(499);

	private final OpenScope scope;

	private final TimeSource time;

	private final WebCancelProperties web;

	private volatile boolean limited;

	RequestScope(OpenScope scope, TimeSource time, WebCancelProperties web) {
		this.scope = scope;
		this.time = time;
		this.web = web;
	}

	/**
	 * Returns the scope.
	 * @return the scope, open or not
	 */
	public OpenScope scope() {
		return this.scope;
	}

	/**
	 * Says that nobody waits for the answer any more.
	 * @param cause how that was noticed, or {@code null}
	 */
	public void clientIsGone(@Nullable Throwable cause) {
		this.scope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", cause);
	}

	/**
	 * Lets the time of this request be up now, if it isn't by itself: its server says so.
	 */
	public void expire() {
		try {
			this.scope.reschedule(Deadline.after(Duration.ZERO, this.time));
		}
		catch (IllegalArgumentException ex) {
			// A scope around this one, or a customizer, has brought another clock.
			this.scope.cancel("its time is up");
		}
	}

	/**
	 * Returns how long a server may wait for this request before it gives up by itself.
	 * @param current how many milliseconds it would wait otherwise; zero or less for ever
	 * @return how many milliseconds, never more than what is left; zero or less for ever
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
	 * Says that the server has given up waiting. Its clock is another one, and may have
	 * been started earlier: where {@link #limit} was what it waited for, time is up.
	 * @return whether this scope is cancelled now
	 */
	public boolean serverGaveUp() {
		if (this.limited) {
			expire();
		}
		return this.scope.isCancelled();
	}

	/**
	 * Returns what {@link CancelScope#check()} throws now.
	 * @return the exception
	 * @throws IllegalStateException if the scope is not cancelled
	 */
	public RuntimeException exception() {
		return this.scope.exception();
	}

	/**
	 * Returns the answer to a request that was cancelled: 504 if time was up, otherwise
	 * 503 with {@code Retry-After}; the body is a problem detail (RFC 9457). Caches must
	 * not store it. Names of scopes are part of it if
	 * {@code cancel-scope.web.show-scopes} is set.
	 * @param cancellation what ended the request
	 * @return the answer
	 */
	public ResponseEntity<ProblemDetail> answerTo(ScopeCancelledException cancellation) {
		CancelReason reason = cancellation.reason();
		if (reason.kind() == CancelReason.Kind.DISCONNECTED) {
			return ResponseEntity.status(CLIENT_GONE).build();
		}
		ResponseEntity.BodyBuilder answer = ResponseEntity.status(CancelledProblem.statusOf(reason))
			.cacheControl(CacheControl.noStore());
		if (reason.kind() != CancelReason.Kind.DEADLINE) {
			answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds(this.web.retryAfter())));
		}
		ProblemDetail problem = CancelledProblem.of(cancellation, this.web.showScopes());
		String limit = this.scope.details().budgetSource();
		if (limit != null && reason.kind() == CancelReason.Kind.DEADLINE && reason.origin().equals(this.scope.name())) {
			problem.setProperty("limit", limit);
		}
		return answer.body(problem);
	}

	private static long seconds(Duration duration) {
		return duration.plusMillis(999).toSeconds();
	}

}
