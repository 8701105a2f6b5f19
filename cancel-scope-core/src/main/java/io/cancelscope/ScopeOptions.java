package io.cancelscope;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What kind of scope to open: its name, its budget and its switches. Immutable and
 * reusable: keep one in a constant and open as many scopes from it as you like. The clock
 * of a timeout starts when a scope is opened, not when the options are made.
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
	 * Returns options without a name of their own, a budget or a switch.
	 * @return the options
	 */
	public static ScopeOptions none() {
		return NONE;
	}

	/**
	 * Returns options with a name and nothing else.
	 * @param name the name, not blank
	 * @return the options
	 * @see #withName(String)
	 */
	public static ScopeOptions named(String name) {
		return NONE.withName(name);
	}

	/**
	 * Returns options with a timeout and nothing else.
	 * @param timeout the budget
	 * @return the options
	 * @see #withTimeout(Duration)
	 */
	public static ScopeOptions timeout(Duration timeout) {
		return NONE.withTimeout(Objects.requireNonNull(timeout, "timeout"));
	}

	/**
	 * Returns these options with a name: it is what exceptions, logs and metrics call the
	 * scope, so choose from a bounded set. What does not belong into a line of a log is
	 * replaced, and a very long name is cut, as by {@link LogText#of(String)}.
	 * @param name the name, not blank
	 * @return new options
	 * @throws IllegalArgumentException if the name is blank
	 */
	public ScopeOptions withName(String name) {
		Objects.requireNonNull(name, "name");
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of a scope must not be blank, and was '" + LogText.of(name)
					+ "': say what the scope is for, such as 'quotes', or leave the name out.");
		}
		return new ScopeOptions(LogText.of(name), this.key, this.timeout, this.deadline, this.switches,
				this.cancelOnException, this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a key: what people cancel the scope by, such as
	 * {@code order-42}. Unlike the name it says which operation it is, not what kind.
	 * @param key the key, or {@code null} for none; not blank, at most 200 characters
	 * @return new options
	 * @throws IllegalArgumentException if the key is blank or too long
	 */
	public ScopeOptions withKey(@Nullable String key) {
		if (key != null && key.length() > LONGEST_KEY) {
			throw new IllegalArgumentException("The key of scope '" + this.name + "' must have at most " + LONGEST_KEY
					+ " characters, but has " + key.length() + ": '" + LogText.of(key, SHOWN_OF_KEY)
					+ "'. Give an identifier, such as 'order-42'.");
		}
		if (key != null && key.isBlank()) {
			throw new IllegalArgumentException(
					"The key of scope '" + this.name + "' must not be blank, but was '" + LogText.of(key)
							+ "'. Give what the operation is known by, such as 'order-42', or null for none.");
		}
		return new ScopeOptions(this.name, key, this.timeout, this.deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a timeout: the scope may last so long, counted from when
	 * it opens. Zero or negative means that the time is already up: the scope opens
	 * cancelled and the first check throws.
	 * @param timeout the budget, or {@code null} for none
	 * @return new options
	 */
	public ScopeOptions withTimeout(@Nullable Duration timeout) {
		return new ScopeOptions(this.name, this.key, timeout, this.deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a deadline. Where there is a timeout too, the earlier
	 * one counts.
	 * @param deadline the deadline, or {@code null} for none; opening a scope that lives
	 * on another time source is an {@link IllegalArgumentException}
	 * @return new options
	 */
	public ScopeOptions withDeadline(@Nullable Deadline deadline) {
		return new ScopeOptions(this.name, this.key, this.timeout, deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, this.budgetSource);
	}

	/**
	 * Returns these options with a word about where the timeout or deadline comes from,
	 * such as {@code header grpc-timeout of the caller}. Logs and the like show it beside
	 * the budget; it has no other effect.
	 * @param source where the budget comes from, or {@code null} to say nothing
	 * @return new options
	 * @see ScopeDetails#budgetSource()
	 */
	public ScopeOptions withBudgetSource(@Nullable String source) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches, this.cancelOnException,
				this.exceptionFactory, (source != null) ? LogText.of(source) : null);
	}

	/**
	 * Returns these options with the shield on: neither cancellation nor deadline reaches
	 * in from outside. The scope's own deadline still counts, and its own cancellation
	 * still climbs to a bubbling ancestor. Made for clean-up; from Trio's {@code shield}.
	 * @return new options
	 */
	public ScopeOptions shield() {
		return with(SHIELD);
	}

	/**
	 * Returns these options with bubbling on: a cancellation anywhere below climbs up to
	 * this scope and cancels it with everything below it. Inherited: no scope below can
	 * switch it off, only a {@link #detached()} one is outside of it.
	 * @return new options
	 */
	public ScopeOptions bubble() {
		return with(BUBBLE);
	}

	/**
	 * Returns these options with interruption on: cancelling the scope interrupts the
	 * thread that runs its body, and those that have the scope attached, so that what
	 * they block on ends. The interrupt is consumed when the scope ends: the flag is
	 * clear, and an {@link InterruptedException} becomes the scope's exception. Somebody
	 * else's interrupt is kept. A shield inside keeps ours out while it is open.
	 * <p>
	 * Off unless asked for: an interrupt closes channels, and on a virtual thread
	 * sockets, that the thread is using.
	 * @return new options
	 * @see CancelScope#interruptibly
	 */
	public ScopeOptions interrupt() {
		return with(INTERRUPT);
	}

	/**
	 * Returns these options for a scope without a parent: it shares nothing with the
	 * scope around it, not even the way up. For work that is to go on whatever happens.
	 * @return new options
	 */
	public ScopeOptions detached() {
		return with(DETACHED);
	}

	/**
	 * Returns these options with a check before the body starts: opening throws if the
	 * scope would be cancelled from the start, and leaves nothing behind.
	 * @return new options
	 */
	public ScopeOptions checkOnEnter() {
		return with(CHECK_ON_ENTER);
	}

	/**
	 * Returns these options with a check after the body has returned: a value that comes
	 * too late is thrown away for the scope's exception. Otherwise it is kept. Counts for
	 * {@code run} and {@code call}; an exception of the body wins over it.
	 * @return new options
	 */
	public ScopeOptions checkOnExit() {
		return with(CHECK_ON_EXIT);
	}

	/**
	 * Returns these options with a choice whether an exception that leaves the scope
	 * cancels it, so that what still runs below stops. It does unless switched off.
	 * @param cancel whether it does
	 * @return new options
	 */
	public ScopeOptions cancelOnException(boolean cancel) {
		return withCancelOnException(cancel ? EVERY : NONE_AT_ALL);
	}

	/**
	 * Returns these options with a choice which exceptions cancel the scope on leaving
	 * it.
	 * @param which answers {@code true} for those that do
	 * @return new options
	 */
	public ScopeOptions cancelOnException(Predicate<? super Throwable> which) {
		return withCancelOnException(Objects.requireNonNull(which, "which"));
	}

	/**
	 * Returns these options with a factory for what {@code check()} throws in this scope
	 * and in those below that have no factory of their own. It must make a fresh
	 * exception each time; that then carries the library's own as its cause, or
	 * suppressed if it has a cause already. If it returns null or throws, the library's
	 * own is thrown, which says so.
	 * @param factory makes the exception from the reason; called on the thread that
	 * checks
	 * @return new options
	 */
	public ScopeOptions exception(Function<? super CancelReason, ? extends RuntimeException> factory) {
		Objects.requireNonNull(factory, "factory");
		return exceptionFrom((ours) -> factory.apply(ours.reason()));
	}

	/**
	 * Returns these options with a factory like {@link #exception(Function)}'s, which
	 * gets the library's own exception to make another one of: its message names scope,
	 * budget and origin, and it is the best of causes.
	 * @param factory makes the exception from the library's; called on the thread that
	 * checks
	 * @return new options
	 */
	public ScopeOptions exceptionFrom(Function<? super ScopeCancelledException, ? extends RuntimeException> factory) {
		return new ScopeOptions(this.name, this.key, this.timeout, this.deadline, this.switches, this.cancelOnException,
				Objects.requireNonNull(factory, "factory"), this.budgetSource);
	}

	/**
	 * Returns the name.
	 * @return the name, {@code unnamed} unless given
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the key.
	 * @return the key, empty unless given
	 */
	public Optional<String> key() {
		return Optional.ofNullable(this.key);
	}

	/**
	 * Returns the timeout.
	 * @return the timeout, empty unless given
	 */
	public Optional<Duration> timeout() {
		return Optional.ofNullable(this.timeout);
	}

	/**
	 * Returns the deadline.
	 * @return the deadline, empty unless given
	 */
	public Optional<Deadline> deadline() {
		return Optional.ofNullable(this.deadline);
	}

	/**
	 * Returns where the timeout or deadline comes from.
	 * @return the source, empty unless given
	 */
	public Optional<String> budgetSource() {
		return Optional.ofNullable(this.budgetSource);
	}

	/**
	 * Returns whether {@link #shield()} is on.
	 * @return whether nothing from outside reaches into a scope opened with these
	 */
	public boolean shields() {
		return has(SHIELD);
	}

	/**
	 * Returns whether {@link #bubble()} is on.
	 * @return whether a cancellation below climbs up to a scope opened with these
	 */
	public boolean bubbles() {
		return has(BUBBLE);
	}

	/**
	 * Returns whether {@link #interrupt()} is on.
	 * @return whether cancelling a scope opened with these interrupts
	 */
	public boolean interrupts() {
		return has(INTERRUPT);
	}

	/**
	 * Returns whether {@link #detached()} is on.
	 * @return whether a scope opened with these has no parent
	 */
	public boolean isDetached() {
		return has(DETACHED);
	}

	/**
	 * Returns whether {@link #checkOnEnter()} is on.
	 * @return whether opening with these throws if the scope would be cancelled
	 */
	public boolean checksOnEnter() {
		return has(CHECK_ON_ENTER);
	}

	/**
	 * Returns whether {@link #checkOnExit()} is on.
	 * @return whether a value that comes too late is thrown away
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
