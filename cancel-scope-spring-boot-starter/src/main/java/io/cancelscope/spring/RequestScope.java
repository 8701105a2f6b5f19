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

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
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

	private final @Nullable Duration budget;

	private final TimeSource time;

	private final Duration retryAfter;

	private final long started;

	private volatile boolean limited;

	RequestScope(OpenScope scope, @Nullable Duration budget, TimeSource time, Duration retryAfter) {
		this.scope = scope;
		this.budget = budget;
		this.time = time;
		this.retryAfter = retryAfter;
		this.started = time.nanoTime();
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
	 * 503 with {@code Retry-After}; the body is a problem detail (RFC 9457).
	 * @param cancellation what ended the request
	 * @return the answer
	 */
	public ResponseEntity<ProblemDetail> answerTo(ScopeCancelledException cancellation) {
		CancelReason reason = cancellation.reason();
		if (reason.kind() == CancelReason.Kind.DISCONNECTED) {
			return ResponseEntity.status(CLIENT_GONE).build();
		}
		ResponseEntity.BodyBuilder answer = ResponseEntity.status(statusOf(reason));
		if (reason.kind() != CancelReason.Kind.DEADLINE) {
			answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds(this.retryAfter)));
		}
		return answer.body(problem(cancellation));
	}

	private ProblemDetail problem(ScopeCancelledException cancellation) {
		CancelReason reason = cancellation.reason();
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(statusOf(reason), detail(cancellation));
		problem.setProperty("scope", cancellation.scope());
		problem.setProperty("origin", reason.origin());
		if (this.budget != null) {
			problem.setProperty("budget", text(this.budget));
		}
		String limit = this.scope.details().budgetSource();
		if (limit != null) {
			problem.setProperty("limit", limit);
		}
		problem.setProperty("elapsed", text(Duration.ofNanos(this.time.nanoTime() - this.started)));
		return problem;
	}

	/** What failed inside is nobody's business outside, so its message stays here. */
	private static @Nullable String detail(ScopeCancelledException cancellation) {
		return switch (cancellation.reason().kind()) {
			case FAILED, MISNESTED -> "scope '" + cancellation.scope() + "' was cancelled, because '"
					+ cancellation.reason().origin() + "' failed";
			default -> cancellation.getMessage();
		};
	}

	private static HttpStatus statusOf(CancelReason reason) {
		return (reason.kind() == CancelReason.Kind.DEADLINE) ? HttpStatus.GATEWAY_TIMEOUT
				: HttpStatus.SERVICE_UNAVAILABLE;
	}

	private static long seconds(Duration duration) {
		return duration.plusMillis(999).toSeconds();
	}

	private static String text(Duration duration) {
		return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

}
