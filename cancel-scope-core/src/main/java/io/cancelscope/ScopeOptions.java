package io.cancelscope;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Options of a scope: its name, its budget and its switches. Options are immutable and
 * reusable: keep them in a constant and open any number of scopes with them. The time of
 * a timeout starts when a scope opens, not when the options are created.
 *
 * <pre>{@code
 * ScopeOptions.named("quotes").withTimeout(Duration.ofMillis(800)).bubble()
 * }</pre>
 */
public final class ScopeOptions {

	static final int SHIELD = 1;

	static final int BUBBLE = 1 << 1;

	static final int INTERRUPT = 1 << 2;

	static final int DETACHED = 1 << 3;

	static final int CHECK_ON_ENTER = 1 << 4;

	static final int CHECK_ON_EXIT = 1 << 5;

	/** Set where there is a key, so that one look finds that nothing is special. */
	static final int KEYED = 1 << 6;

	private static final Predicate<Throwable> EVERY = (exception) -> true;

	private static final Predicate<Throwable> NONE_AT_ALL = (exception) -> false;

	private static final int LONGEST_KEY = 200;

	private static final int SHOWN_OF_KEY = 40;

	private static final ScopeOptions NONE = new ScopeOptions("unnamed", null, null, null, 0, EVERY, null, null);

	final String name;

	final @Nullable String key;

	final @Nullable Duration timeout;

	/** The timeout in clamped nanoseconds, or {@link Deadline#NONE}. */
	final long timeoutNanos;

	final @Nullable Deadline deadline;

	/** Where the timeout or deadline comes from, for people. */
	final @Nullable String budgetSource;

	final Predicate<? super Throwable> cancelOnException;

	final @Nullable Function<? super ScopeCancelledException, ? extends RuntimeException> exceptionFactory;

	private final int switches;

	/** Whether there is nothing to look at when opening but the timeout. */
	final boolean plain;

	private ScopeOptions(String name, @Nullable String key, @Nullable Duration timeout, @Nullable Deadline deadline,
			int switches, Predicate<? super Throwable> cancelOnException,
			@Nullable Function<? super ScopeCancelledException, ? extends RuntimeException> exceptionFactory,
			@Nullable String budgetSource) {
		this.name = name;
		this.key = key;
		this.timeout = timeout;
		this.timeoutNanos = (timeout != null) ? Deadline.nanos(timeout) : Deadline.NONE;
		this.deadline = deadline;
		this.switches = switches;
		this.plain = switches == 0 && deadline == null;
		this.cancelOnException = cancelOnException;
		this.exceptionFactory = exceptionFactory;
		this.budgetSource = budgetSource;
	}

	/**
	 * Returns options with the default name, no budget and no switches.
	 * @return the options
	 */
	public static ScopeOptions none() {
		return NONE;
	}

	/**
	 * Returns options with only a name.
	 * @param name the name, not blank
	 * @return the options
	 * @throws IllegalArgumentException if the name is blank
	 * @see #withName(String)
	 */
	public static ScopeOptions named(String name) {
		return NONE.withName(name);
	}

	/**
	 * Returns options with only a timeout.
	 * @param timeout the budget
	 * @return the options
	 * @see #withTimeout(Duration)
	 */
	public static ScopeOptions timeout(Duration timeout) {
		return NONE.withTimeout(Objects.requireNonNull(timeout, "timeout"));
	}

	/**
	 * Returns these options with a name. Exceptions, logs and metrics use the name for
	 * the scope, so choose it from a limited set. Characters that are unsafe in a log
	 * line are replaced and a very long name is truncated, as by
	 * {@link LogText#of(String)}.
	 * @param name the name, not blank
	 * @return new options
	 * @throws IllegalArgumentException if the name is blank
	 */
	public ScopeOptions withName(String name) {
		Objects.requireNonNull(name, "name");
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of a scope must not be blank, but was '" + LogText.of(name)
					+ "'. Name the operation, for example 'quotes', or omit the name.");
		}
		return new ScopeOptions(LogText.of(name), this.key, this.timeout, this.deadline, this.switches,
				this.cancelOnException, this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a key, such as {@code order-42}. A scope can be found
	 * and cancelled by its key. A name identifies a kind of operation, a key one
	 * operation.
	 * @param key the key, or {@code null} for none; not blank, at most 200 characters
	 * @return new options
	 * @throws IllegalArgumentException if the key is blank or too long
	 */
	public ScopeOptions withKey(@Nullable String key) {
		if (key != null && key.length() > LONGEST_KEY) {
			throw new IllegalArgumentException("The key of scope '" + this.name + "' must have at most " + LONGEST_KEY
					+ " characters, but has " + key.length() + ": '" + LogText.of(key, SHOWN_OF_KEY)
					+ "'. Use an identifier, such as 'order-42'.");
		}
		if (key != null && key.isBlank()) {
			throw new IllegalArgumentException("The key of scope '" + this.name + "' must not be blank, but was '"
					+ LogText.of(key) + "'. Use an identifier, such as 'order-42', or null for none.");
		}
		int switches = (key != null) ? this.switches | KEYED : this.switches & ~KEYED;
		return new ScopeOptions(this.name, key, this.timeout, this.deadline, switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a timeout, which counts from the opening of the scope.
	 * With a zero or negative timeout the scope opens cancelled, and its first check
	 * throws.
	 * @param timeout the budget, or {@code null} for none
	 * @return new options
	 */
	public ScopeOptions withTimeout(@Nullable Duration timeout) {
		return new ScopeOptions(this.name, this.key, timeout, this.deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a deadline. If there is a timeout as well, the earlier
	 * one applies.
	 * @param deadline the deadline, or {@code null} for none; opening a scope on another
	 * time source throws {@link IllegalArgumentException}
	 * @return new options
	 */
	public ScopeOptions withDeadline(@Nullable Deadline deadline) {
		return new ScopeOptions(this.name, this.key, this.timeout, deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a description of the source of the timeout or deadline,
	 * such as {@code header grpc-timeout of the caller}. Logs and endpoints show it with
	 * the budget. It has no other effect.
	 * @param source the source of the budget, or {@code null} for none
	 * @return new options
	 * @see ScopeDetails#budgetSource()
	 */
	public ScopeOptions withBudgetSource(@Nullable String source) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, (source != null) ? LogText.of(source) : null);
	}

	/**
	 * Returns these options with the shield on: neither cancellations nor deadlines of
	 * the scopes around the scope reach it. The scope's own deadline still applies, and
	 * its own cancellation still bubbles up to a bubbling ancestor. Meant for clean-up.
	 * Known from Trio's {@code shield} and Kotlin's {@code NonCancellable}.
	 * @return new options
	 */
	public ScopeOptions shield() {
		return with(SHIELD);
	}

	/**
	 * Returns these options with bubbling on: a cancellation of any scope below bubbles
	 * up to this scope and cancels it, with everything below it. Scopes below inherit
	 * this and cannot switch it off. Only a {@link #detached()} scope is excluded.
	 * @return new options
	 */
	public ScopeOptions bubble() {
		return with(BUBBLE);
	}

	/**
	 * Returns these options with interruption on: cancelling the scope interrupts the
	 * thread that runs its body and the threads that the scope is attached to, so that
	 * their blocking calls end. When the scope ends, the interrupt flag is clear, and an
	 * {@link InterruptedException} is replaced by the scope's exception. A foreign
	 * interrupt is preserved. An open shielded scope inside keeps the scope's own
	 * interrupts out.
	 * <p>
	 * Off by default, because an interrupt closes the channels that the thread is using
	 * and, on a virtual thread, its sockets.
	 * @return new options
	 * @see CancelScope#interruptibly
	 */
	public ScopeOptions interrupt() {
		return with(INTERRUPT);
	}

	/**
	 * Returns these options for a scope without a parent. No cancellation or deadline
	 * reaches the scope from the scope around it, and none leaves it. Meant for work that
	 * must continue in any case.
	 * @return new options
	 */
	public ScopeOptions detached() {
		return with(DETACHED);
	}

	/**
	 * Returns these options with a check before the body starts. If the scope would be
	 * cancelled from the start, opening it throws, and no scope is left open.
	 * @return new options
	 */
	public ScopeOptions checkOnEnter() {
		return with(CHECK_ON_ENTER);
	}

	/**
	 * Returns these options with a check after the body has returned. If the scope is
	 * then cancelled, its exception is thrown and the late result is discarded. By
	 * default, a late result is returned. Applies to {@code run} and {@code call}. An
	 * exception of the body takes precedence.
	 * @return new options
	 */
	public ScopeOptions checkOnExit() {
		return with(CHECK_ON_EXIT);
	}

	/**
	 * Returns these options with a setting that determines whether an exception that
	 * leaves the scope cancels it, so that work still running below it stops.
	 * @param cancel whether it does; default: {@code true}
	 * @return new options
	 */
	public ScopeOptions cancelOnException(boolean cancel) {
		return withCancelOnException(cancel ? EVERY : NONE_AT_ALL);
	}

	/**
	 * Returns these options with a condition that determines which exceptions cancel the
	 * scope when they leave it.
	 * @param which returns {@code true} for these exceptions
	 * @return new options
	 */
	public ScopeOptions cancelOnException(Predicate<? super Throwable> which) {
		return withCancelOnException(Objects.requireNonNull(which, "which"));
	}

	/**
	 * Returns these options with a factory for the exceptions that {@code check()} throws
	 * in this scope, and in scopes below that have no factory.
	 * <p>
	 * The factory must return a new exception on each call. The library sets its own
	 * exception as the cause of the returned one, or adds it as a suppressed exception if
	 * the returned one has a cause. If the factory returns null or throws, the library's
	 * own exception is thrown, with the failure of the factory added.
	 * @param factory creates the exception from the reason; called on the thread that
	 * checks
	 * @return new options
	 */
	public ScopeOptions exception(Function<? super CancelReason, ? extends RuntimeException> factory) {
		Objects.requireNonNull(factory, "factory");
		return exceptionFrom((ours) -> factory.apply(ours.reason()));
	}

	/**
	 * Returns these options with a factory like {@link #exception(Function)}, which
	 * receives the library's own exception. Its message contains scope, budget and
	 * origin. Use it as the cause of the new exception.
	 * @param factory creates the exception from the library's own; called on the thread
	 * that checks
	 * @return new options
	 */
	public ScopeOptions exceptionFrom(Function<? super ScopeCancelledException, ? extends RuntimeException> factory) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches, this.cancelOnException,
				Objects.requireNonNull(factory, "factory"), this.budgetSource);
	}

	/**
	 * Returns the name.
	 * @return the name; default: {@code unnamed}
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the key.
	 * @return the key, empty if none was given
	 */
	public Optional<String> key() {
		return Optional.ofNullable(this.key);
	}

	/**
	 * Returns the timeout.
	 * @return the timeout, empty if none was given
	 */
	public Optional<Duration> timeout() {
		return Optional.ofNullable(this.timeout);
	}

	/**
	 * Returns the deadline.
	 * @return the deadline, empty if none was given
	 */
	public Optional<Deadline> deadline() {
		return Optional.ofNullable(this.deadline);
	}

	/**
	 * Returns the source of the timeout or deadline.
	 * @return the source, empty if none was given
	 */
	public Optional<String> budgetSource() {
		return Optional.ofNullable(this.budgetSource);
	}

	/**
	 * Returns whether {@link #shield()} is on.
	 * @return whether outer cancellations are kept out of a scope with these options
	 */
	public boolean shields() {
		return has(SHIELD);
	}

	/**
	 * Returns whether {@link #bubble()} is on.
	 * @return whether a cancellation below bubbles up to a scope with these options
	 */
	public boolean bubbles() {
		return has(BUBBLE);
	}

	/**
	 * Returns whether {@link #interrupt()} is on.
	 * @return whether cancelling a scope with these options interrupts threads
	 */
	public boolean interrupts() {
		return has(INTERRUPT);
	}

	/**
	 * Returns whether {@link #detached()} is on.
	 * @return whether a scope with these options has no parent
	 */
	public boolean isDetached() {
		return has(DETACHED);
	}

	/**
	 * Returns whether {@link #checkOnEnter()} is on.
	 * @return whether opening a scope throws if it would be cancelled from the start
	 */
	public boolean checksOnEnter() {
		return has(CHECK_ON_ENTER);
	}

	/**
	 * Returns whether {@link #checkOnExit()} is on.
	 * @return whether a late result is discarded
	 */
	public boolean checksOnExit() {
		return has(CHECK_ON_EXIT);
	}

	/** Whether a scope opened with these sees nothing of the scopes around it. */
	boolean seesNothingAround() {
		return has(SHIELD | DETACHED);
	}

	/** Whether any of the given switches is on. */
	boolean has(int option) {
		return (this.switches & option) != 0;
	}

	private ScopeOptions with(int option) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches | option,
				this.cancelOnException, this.exceptionFactory, this.budgetSource);
	}

	private ScopeOptions withCancelOnException(Predicate<? super Throwable> which) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches, which,
				this.exceptionFactory, this.budgetSource);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("ScopeOptions['").append(this.name).append('\'');
		if (this.key != null) {
			text.append(", key '").append(LogText.of(this.key)).append('\'');
		}
		if (this.timeout != null) {
			text.append(", timeout ").append(Durations.format(this.timeout));
		}
		if (this.deadline != null) {
			text.append(", deadline ").append(this.deadline);
		}
		append(text, SHIELD, "shield");
		append(text, BUBBLE, "bubble");
		append(text, INTERRUPT, "interrupt");
		append(text, DETACHED, "detached");
		append(text, CHECK_ON_ENTER, "checkOnEnter");
		append(text, CHECK_ON_EXIT, "checkOnExit");
		return text.append(']').toString();
	}

	private void append(StringBuilder text, int option, String word) {
		if (has(option)) {
			text.append(", ").append(word);
		}
	}

}
