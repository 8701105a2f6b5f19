package io.cancelscope;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An instant on a monotonic clock by which an operation must be done. A deadline is
 * absolute, so unlike a timeout it does not grow when it is passed on. Instances are
 * immutable.
 * <p>
 * Durations longer than 73 years are shortened to that, so no calculation overflows.
 * Deadlines are not {@link Comparable}, because the clock can wrap and only deadlines of
 * the same {@link TimeSource} can be compared.
 */
public final class Deadline {

	/** The instant that stands for "no deadline". */
	static final long NONE = Long.MIN_VALUE;

	/** Two instants this far from now in either direction still compare by difference. */
	private static final long FARTHEST_NANOS = 1L << 61;

	private static final Duration FARTHEST = Duration.ofNanos(FARTHEST_NANOS);

	private static final Duration FARTHEST_PAST = Duration.ofNanos(-FARTHEST_NANOS);

	private final TimeSource timeSource;

	private final long instant;

	private Deadline(TimeSource timeSource, long instant) {
		this.timeSource = timeSource;
		this.instant = instant;
	}

	/**
	 * Returns the deadline that lies the given time from now, on the system's time
	 * source.
	 * @param duration the time from now to the deadline; zero or negative returns a
	 * deadline that has passed
	 * @return the deadline
	 */
	public static Deadline after(Duration duration) {
		return after(duration, TimeSource.system());
	}

	/**
	 * Returns the deadline that lies the given time from now.
	 * @param duration the time from now to the deadline; zero or negative returns a
	 * deadline that has passed
	 * @param timeSource the time source of the deadline
	 * @return the deadline
	 */
	public static Deadline after(Duration duration, TimeSource timeSource) {
		Objects.requireNonNull(timeSource, "timeSource");
		return at(instant(timeSource.nanoTime(), nanos(duration)), timeSource);
	}

	static Deadline at(long instant, TimeSource timeSource) {
		return new Deadline(timeSource, instant);
	}

	/** The duration in nanoseconds, brought into the range that never overflows. */
	static long nanos(Duration duration) {
		Objects.requireNonNull(duration, "duration");
		if (duration.compareTo(FARTHEST) >= 0) {
			return FARTHEST_NANOS;
		}
		if (duration.compareTo(FARTHEST_PAST) <= 0) {
			return -FARTHEST_NANOS;
		}
		return duration.toNanos();
	}

	/**
	 * The instant so many (clamped) nanoseconds from now. Never {@link #NONE}, but a
	 * nanosecond earlier: what has expired must not lie in the future.
	 */
	static long instant(long now, long nanos) {
		long instant = now + nanos;
		return (instant != NONE) ? instant : instant - 1;
	}

	/** The earlier of two instants, either of which may be {@link #NONE}. */
	static long earlier(long one, long other) {
		return isLater(one, other) ? other : one;
	}

	/** Whether one instant comes after another; {@link #NONE} comes after all. */
	static boolean isLater(long one, long other) {
		return other != NONE && (one == NONE || one - other > 0);
	}

	/**
	 * A deadline can't pass before it is set: one in the past counts from now. Otherwise
	 * it would come before causes that were there first.
	 */
	static long notBefore(long now, long instant) {
		return (instant - now < 0) ? instant(now, 0) : instant;
	}

	/**
	 * Returns the time until this deadline.
	 * @return the remaining time, never negative; zero once the deadline has passed
	 */
	public Duration remaining() {
		return Duration.ofNanos(Math.max(0, this.instant - this.timeSource.nanoTime()));
	}

	/**
	 * Returns whether this deadline has passed. At the very instant it has.
	 * @return whether it has passed
	 */
	public boolean isExpired() {
		return this.timeSource.nanoTime() - this.instant >= 0;
	}

	/**
	 * Returns whether this deadline is earlier than another one.
	 * @param other the other deadline, of the same time source
	 * @return {@code true} if this deadline is earlier, {@code false} if it is later or
	 * equal
	 * @throws IllegalArgumentException if the other deadline has another time source
	 */
	public boolean isBefore(Deadline other) {
		Objects.requireNonNull(other, "other");
		other.requireSource(this.timeSource);
		return this.instant - other.instant < 0;
	}

	/**
	 * Returns the earlier of two deadlines.
	 * @param a the first deadline
	 * @param b the second deadline, of the same time source
	 * @return the earlier one, {@code a} if they are equal
	 * @throws IllegalArgumentException if they have different time sources
	 */
	public static Deadline earlierOf(Deadline a, Deadline b) {
		Objects.requireNonNull(a, "a");
		Objects.requireNonNull(b, "b");
		return b.isBefore(a) ? b : a;
	}

	long instantOn(TimeSource expected) {
		requireSource(expected);
		return this.instant;
	}

	private void requireSource(TimeSource expected) {
		if (this.timeSource != expected) {
			throw new IllegalArgumentException("The deadline belongs to the time source " + this.timeSource
					+ ", but is used with " + expected
					+ ". Deadlines of different time sources cannot be compared. Create it with"
					+ " CancelScopes.deadline(…), or with Deadline.after(duration, timeSource) on the time source of the"
					+ " scope.");
		}
	}

	@Override
	public boolean equals(@Nullable Object obj) {
		return obj instanceof Deadline other && this.instant == other.instant && this.timeSource == other.timeSource;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.instant);
	}

	@Override
	public String toString() {
		long left = this.instant - this.timeSource.nanoTime();
		return (left > 0) ? "in " + Durations.format(left) : Durations.format(-left) + " ago";
	}

}
