package io.cancelscope.spring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.CancelScope;
import io.cancelscope.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * The deadline that a request has sent to a server, and what the server says of it: with
 * status 504 and {@code Deadline-Expired: caller}, that all of this time is used up.
 * Another attempt within that time is then of no use, even if this process measures that
 * a little is left. For the HTTP clients and the retries of this starter.
 * <p>
 * A server can end retries this way and nothing else: no scope is cancelled on its word,
 * and it is believed only about the deadline that it was sent. So an attempt whose own
 * budget is smaller than that of the scope around the attempts is retried, and so is a
 * request whose header the application has written.
 */
public final class SentDeadline {

	/** The response header that is read. */
	public static final String HEADER = ExpiredHeader.NAME;

	private static final int GATEWAY_TIMEOUT = 504;

	/**
	 * With more, all are forgotten, and there may be an attempt that is of no use.
	 */
	static final int MOST = 1_000;

	/**
	 * Those that have not passed here. Deadlines and no scopes: scopes are never held.
	 */
	private static final Set<Deadline> spent = ConcurrentHashMap.newKeySet();

	private final Deadline deadline;

	private SentDeadline(Deadline deadline) {
		this.deadline = deadline;
	}

	/**
	 * Returns the deadline of a scope whose remaining budget is about to be sent with a
	 * request. Call this method before reading that budget: if the deadline is moved
	 * between the two, the response then says nothing of the new one.
	 * @param scope the scope
	 * @return the deadline, or {@code null} if the scope has none
	 */
	public static @Nullable SentDeadline of(CancelScope scope) {
		return scope.deadline().map(SentDeadline::new).orElse(null);
	}

	/**
	 * Takes the response of the server.
	 * @param status the status
	 * @param expired the value of {@link #HEADER}, or {@code null} if it is absent
	 */
	public void answered(int status, @Nullable String expired) {
		if (status != GATEWAY_TIMEOUT || expired == null || !expired.strip().equalsIgnoreCase(ExpiredHeader.CALLER)) {
			return;
		}
		spent.removeIf(Deadline::isExpired);
		if (spent.size() >= MOST) {
			spent.clear();
		}
		spent.add(this.deadline);
	}

	/**
	 * Returns whether a server has said that all of the time of a scope is used up.
	 * @param scope the scope
	 * @return {@code false} also if the deadline was moved since
	 */
	public static boolean isSpent(CancelScope scope) {
		return !spent.isEmpty() && scope.deadline().filter(spent::contains).isPresent();
	}

	/** For tests. */
	static int known() {
		return spent.size();
	}

}
