package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A scope in the tree. All that threads do to each other through scopes is decided here:
 * this class holds the state and answers for it, {@link View} looks up the tree,
 * {@link Waking} and {@link Links} reach down it.
 */
final class ScopeNode extends Frame implements OpenScope {

	// @formatter:off
	/*
	 * States. A scope's state is one reference, changed by one compare-and-set from null,
	 * never back:
	 *
	 *     null (open) ──cancel, expiry, from above, from below──► Cancellation
	 *          └────────close────────► CLOSED
	 *
	 * So the first cause wins, once, and a cancel races with a close to one of two ends:
	 * cancelled before it closed, or closed and never cancelled. A cancelled scope that
	 * closes keeps its Cancellation and gets the flag CLOSED_LATER. A scope in the state
	 * CLOSED is called released: it is transparent to what still runs below it, which
	 * from then on belongs to the nearest ancestor that isn't released.
	 *
	 * Pull, don't push. Cancelling writes to the scope where it begins and tells the tree
	 * by raising one number; a scope below finds out when it is asked, by walking up to
	 * the nearest cancelled ancestor, and then stores what it found. Opening a scope
	 * therefore writes to nothing but itself, and cancelling a million scopes costs what
	 * one costs. A tree is a scope and all below it that can see it: it begins at every
	 * scope without a parent and at every shield (its top).
	 *
	 * The epoch makes asking independent of depth. The top's `epoch` counts what may
	 * change the answer of a scope below: cancellations, moved deadlines, and releases of
	 * deadlines. Any other scope's `epoch` is the count at which it last walked up and
	 * found nothing, and `effective` the deadline it found. While the two agree, the answer
	 * is the clock's. The order that makes this safe: who changes something writes it
	 * first and raises the epoch afterwards; who walks reads the epoch first.
	 *
	 * Time. A deadline that has passed is a cancellation which has happened and is not yet
	 * stored; its instant is the deadline itself. Whoever notices stores it, in the scope
	 * that owns the deadline (the outermost one, for ties), before anything else is
	 * decided, so what is stored first is also what happened first. A deadline that is
	 * set in the past counts from the moment it is set. Where a cancelled
	 * ancestor and a passed deadline compete, the earlier instant wins.
	 *
	 * Waking. What can't ask, because it is blocked, is woken: threads in an interruptible
	 * region, and what callbacks stop. A scope with something to wake links itself to its
	 * parent, and so on up to the top; links exist nowhere else. Linking is: put the entry
	 * in its list, then link upward, then look whether the scope is cancelled, and wake it yourself if it is.
	 * Cancelling is: store the state, tell the tree, then take the lists. Whichever order
	 * these two meet in, one of them finds the entry, and the entry's own
	 * compare-and-set lets only one run it. The same look at the end covers a scope whose
	 * parent closes while it links, and a closing scope that hands its children up. A
	 * scope can close before it has any links, unseen by who is just making them: so
	 * who links looks at the parent's state, and at its own, after the links exist.
	 *
	 * The short way to close is taken by the scope's thread when it finds nothing carried,
	 * nothing linked and nobody listening. It looks at flags and links plainly, before the
	 * compare-and-set, for what another thread sets there at that moment could as well
	 * come too late; and at the links once more after it. That compare-and-set can't be
	 * less: whoever holds a reference may cancel, or register, at any time, and either
	 * this thread sees the links after it, or that one sees the state after making them.
	 *
	 * What guards what.
	 *     state, flags         compare-and-set, atomic or
	 *     epoch of a top       atomic add
	 *     epoch and effective  of the others: written together under a stripe of FOUND,
	 *                          effective first; readers take the epoch first
	 *     own                  written under the monitor of `links`, where an expiry
	 *                          compares it too, so a moved deadline does not fire
	 *     lists, timer         the monitor of the Links they are in
	 *     whose interrupt      the monitor of the thread's Gate
	 *     parent               plain; any thread may move it past released scopes, and an
	 *                          older value only costs a longer walk
	 *     previous, the stack  the thread's own
	 *
	 * Lock order: no monitor is ever taken while another is held, but the system timer's
	 * locks under that of Links, since they are always the last. What runs outside of all
	 * of them: callbacks, listeners, exception factories, predicates, time sources,
	 * executors. What never runs on the timer thread: callbacks and listeners. Nothing
	 * here recurses along the tree, in depth or in width.
	 */
	// @formatter:on

	private static final Object CLOSED = new Object();

	/** The scope's own bubble switch or any ancestor's. */
	private static final int BUBBLES = 1;

	/** Work can outlive this scope: it was carried to somewhere else. */
	private static final int CARRIED = 1 << 1;

	/** Closed after it was cancelled. */
	private static final int CLOSED_LATER = 1 << 2;

	/** Opened without being bound to a thread. */
	private static final int UNBOUND = 1 << 3;

	/** The scope's own interrupt switch or that of an ancestor it sees. */
	private static final int INTERRUPTS = 1 << 4;

	/** Its deadline had passed when it was opened. */
	private static final int OPENED_LATE = 1 << 5;

	/** What would cancel it from within is only told; its own deadline is none. */
	private static final int OBSERVED = 1 << 6;

	private static final int DEPTH_SHIFT = 8;

	/** Any of the above that makes a difference to a scope opened inside. */
	private static final int PASSED_ON = BUBBLES | CLOSED_LATER | INTERRUPTS | OBSERVED;

	/** Any of the above that makes more of closing than saying so. */
	private static final int CLOSES_WITH_CARE = CARRIED | CLOSED_LATER | OBSERVED;

	private static final int MAX_DEPTH = Integer.MAX_VALUE >>> DEPTH_SHIFT;

	private static final VarHandle STATE;

	private static final VarHandle EPOCH;

	private static final VarHandle EFFECTIVE;

	private static final VarHandle OWN;

	private static final VarHandle FLAGS;

	private static final VarHandle LINKS;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(ScopeNode.class, "state", Object.class);
			EPOCH = lookup.findVarHandle(ScopeNode.class, "epoch", int.class);
			EFFECTIVE = lookup.findVarHandle(ScopeNode.class, "effective", long.class);
			OWN = lookup.findVarHandle(ScopeNode.class, "own", long.class);
			FLAGS = lookup.findVarHandle(ScopeNode.class, "flags", int.class);
			LINKS = lookup.findVarHandle(ScopeNode.class, "links", Links.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final Object[] FOUND = new Object[32];

	static {
		for (int i = 0; i < FOUND.length; i++) {
			FOUND[i] = new Object();
		}
	}

	final CancelScopes scopes;

	final ScopeOptions options;

	/** Moves up, past released scopes that make no difference, and nowhere else. */
	private @Nullable ScopeNode parent;

	/** The scope where this one's tree begins; this one itself, for a top. */
	private final ScopeNode top;

	/** The scope's own deadline, or {@link Deadline#NONE}. */
	private long own = Deadline.NONE;

	/** The earliest deadline found at {@link #epoch}, or {@link Deadline#NONE}. */
	private long effective;

	private int epoch;

	private int flags;

	private @Nullable Object state;

	private @Nullable Links links;

	private ScopeNode(CancelScopes scopes, ScopeOptions options, @Nullable ScopeNode parent, @Nullable Frame previous,
			int flags) {
		super(previous);
		this.scopes = scopes;
		this.options = options;
		this.parent = parent;
		this.flags = flags;
		if (options.timeoutNanos != Deadline.NONE || options.deadline != null) {
			long now = now();
			long asked = (options.deadline != null) ? options.deadline.instantOn(scopes.timeSource) : Deadline.NONE;
			if (options.timeoutNanos != Deadline.NONE) {
				asked = Deadline.earlier(asked, Deadline.instant(now, options.timeoutNanos));
			}
			asked = Deadline.notBefore(now, asked);
			if (scopes.observes(options)) {
				observe(new Observed(now, asked));
			}
			else {
				this.own = asked;
				if (asked - now <= 0) {
					this.flags |= OPENED_LATE;
				}
			}
		}
		else if (scopes.observes(options)) {
			observe(new Observed(now(), Deadline.NONE));
		}
		if (parent == null || options.has(ScopeOptions.SHIELD)) {
			this.top = this;
			this.effective = this.own;
		}
		else {
			this.top = parent.top;
			this.epoch = parent.epochForChild();
			this.effective = Deadline.earlier(parent.effective(), this.own);
		}
	}

	/**
	 * The same in short, for a scope in which nothing is special: half of what an open
	 * costs is looking for things that most scopes don't have.
	 */
	private ScopeNode(CancelScopes scopes, ScopeOptions options, @Nullable ScopeNode parent, @Nullable Frame previous) {
		super(previous);
		this.scopes = scopes;
		this.options = options;
		this.parent = parent;
		if (options.timeoutNanos != Deadline.NONE) {
			this.own = Deadline.instant(now(), Math.max(0, options.timeoutNanos));
			if (options.timeoutNanos <= 0) {
				this.flags = OPENED_LATE;
			}
		}
		if (parent == null) {
			this.top = this;
			this.effective = this.own;
		}
		else {
			this.flags |= (parent.depth() + 1) << DEPTH_SHIFT;
			this.top = parent.top;
			this.epoch = parent.epochForChild();
			this.effective = Deadline.earlier(parent.effective(), this.own);
		}
	}

	private void observe(Observed observed) {
		this.flags |= OBSERVED;
		links().observed = observed;
	}

	// Opening

	static ScopeNode openBound(CancelScopes scopes, ScopeOptions options) {
		Object[] cell = ScopeStack.cell();
		Frame previous = ScopeStack.top(cell);
		if (options.plain && scopes.plain) {
			if (previous == null) {
				return (scopes.roots == null) ? bindPlain(cell, new ScopeNode(scopes, options, null, null))
						: bind(cell, create(scopes, options, null, null, 0));
			}
			ScopeNode around = (previous instanceof ScopeNode scope) ? scope
					: (previous instanceof Attachment attachment) ? attachment.scope() : null;
			if (around != null && around.isPlainFor(scopes)) {
				around.forgetReleasedParents();
				return bindPlain(cell, new ScopeNode(scopes, options, around, previous));
			}
		}
		else if (previous == null) {
			return bind(cell, create(scopes, options, null, null, 0));
		}
		ScopeNode around = previous.scope();
		Frame below = options.seesNothingAround() ? Mask.below(cell, previous) : previous;
		try {
			return bind(cell, create(scopes, options, around, below, 0));
		}
		catch (RuntimeException | Error ex) {
			Mask.cancel(below, previous);
			throw ex;
		}
	}

	/** Passes nothing on to a scope opened inside, but what all scopes do. */
	private boolean isPlainFor(CancelScopes scopes) {
		return this.scopes == scopes && (this.flags & PASSED_ON) == 0 && depth() + 1 < DeepNesting.SUSPICIOUS;
	}

	private static ScopeNode bindPlain(Object[] cell, ScopeNode scope) {
		cell[0] = scope;
		return ((scope.flags & OPENED_LATE) == 0) ? scope : scope.afterOpening();
	}

	private static ScopeNode bind(Object[] cell, ScopeNode scope) {
		cell[0] = scope;
		return (scope.isPlain()) ? scope : scope.afterOpening();
	}

	static ScopeNode openUnbound(CancelScopes scopes, ScopeOptions options) {
		ScopeNode around = ScopeStack.currentNode(ScopeStack.cell());
		if (around != null) {
			around.markCarried();
		}
		ScopeNode scope = create(scopes, options, around, null, UNBOUND);
		return (scope.isPlain()) ? scope : scope.afterOpening();
	}

	private static ScopeNode create(CancelScopes scopes, ScopeOptions options, @Nullable ScopeNode around,
			@Nullable Frame previous, int flags) {
		ScopeNode parent = options.has(ScopeOptions.DETACHED) ? null : skipEquals(around);
		int inherited = flags;
		if (parent != null) {
			parent.forgetReleasedParents();
			inherited |= (parent.flags & BUBBLES) | (Math.min(parent.depth() + 1, MAX_DEPTH) << DEPTH_SHIFT);
		}
		if (options.has(ScopeOptions.BUBBLE)) {
			inherited |= BUBBLES;
		}
		if (options.has(ScopeOptions.INTERRUPT)
				|| (parent != null && parent.interrupts() && !options.has(ScopeOptions.SHIELD))) {
			inherited |= INTERRUPTS;
		}
		CancelScopes own = (parent != null) ? scopes.onTimeOf(parent.scopes) : scopes;
		return new ScopeNode(own, options, parent, previous, inherited);
	}

	/**
	 * Work that goes on in cancelled scopes and carries itself along would otherwise grow
	 * a chain of closed ones for ever.
	 */
	private static @Nullable ScopeNode skipEquals(@Nullable ScopeNode around) {
		ScopeNode at = around;
		while (at != null && at.parent != null && at.top != at && at.isEqualBelow(at.parent)) {
			at = at.parent;
		}
		return at;
	}

	/** Closed, and what opens here finds the same one level up. */
	private boolean isEqualBelow(ScopeNode parent) {
		return hasFlag(CLOSED_LATER) && hasFlag(BUBBLES) == parent.hasFlag(BUBBLES)
				&& this.options.exceptionFactory == null && stored() instanceof Cancellation here
				&& parent.stored() instanceof Cancellation above && above.reason == here.reason;
	}

	/** Nothing more to do for it on opening than to link it in. */
	private boolean isPlain() {
		return !this.scopes.watching && (this.parent != null || this.scopes.roots == null)
				&& !this.options.has(ScopeOptions.CHECK_ON_ENTER | ScopeOptions.INTERRUPT)
				&& (this.own == Deadline.NONE || !hasFlag(BUBBLES | OPENED_LATE)) && depth() != DeepNesting.SUSPICIOUS;
	}

	private ScopeNode afterOpening() {
		if (depth() == DeepNesting.SUSPICIOUS) {
			DeepNesting.warn(this);
		}
		if (this.parent == null && this.scopes.roots != null) {
			links().root = this.scopes.roots.opened(this);
		}
		this.scopes.tellOpened(this);
		try {
			if (hasFlag(OPENED_LATE)) {
				inheritCancellation();
				cancellation();
			}
			if (this.own != Deadline.NONE && climbs() && cancellation() == null) {
				Waking.armIfNeeded(this);
			}
			if (this.options.has(ScopeOptions.CHECK_ON_ENTER)) {
				check();
			}
			if (this.options.has(ScopeOptions.INTERRUPT) && !hasFlag(UNBOUND)) {
				links().own = Region.enter(this);
			}
			return this;
		}
		catch (RuntimeException | Error ex) {
			close();
			throw ex;
		}
	}

	/**
	 * What cancelled the parent came before the deadline of this scope, which can't have
	 * passed before it was set; also if the clock reads the same.
	 */
	private void inheritCancellation() {
		ScopeNode parent = visibleParent();
		Cancellation above = (parent != null) ? parent.cancellation() : null;
		if (above != null && store(above.reached())) {
			this.scopes.tellCancelled(this, above.reason);
		}
	}

	/**
	 * The count a child may start from: the one this scope itself was found clean at. A
	 * scope known to be cancelled has none, so its child will look.
	 */
	private int epochForChild() {
		int epoch = (int) EPOCH.getAcquire(this);
		return (stored() == null) ? epoch : (int) EPOCH.getAcquire(this.top) - 1;
	}

	// Asking

	@Override
	public String name() {
		return this.options.name;
	}

	@Override
	public boolean isCancelled() {
		return cancellation() != null;
	}

	@Override
	public Optional<CancelReason> reason() {
		Cancellation found = cancellation();
		return (found != null) ? Optional.of(found.reason) : Optional.empty();
	}

	@Override
	public void check() {
		Cancellation found = cancellation();
		if (found != null) {
			throw Failures.of(this, found.reason);
		}
	}

	@Override
	public Optional<Deadline> deadline() {
		cancellation();
		long effective = effective();
		return (effective != Deadline.NONE) ? Optional.of(Deadline.at(effective, this.scopes.timeSource))
				: Optional.empty();
	}

	@Override
	public Optional<Duration> remaining() {
		if (cancellation() != null) {
			return Optional.of(Duration.ZERO);
		}
		long effective = effective();
		return (effective != Deadline.NONE) ? Optional.of(Duration.ofNanos(Math.max(0, effective - now())))
				: Optional.empty();
	}

	@Nullable Cancellation cancellation() {
		return isQuiet() ? null : settle(null);
	}

	/**
	 * The hot path of every check: no walk, no write, and the clock only if it counts.
	 * @return whether the scope is open and known not to be cancelled
	 */
	boolean isQuiet() {
		if (stored() == null && (int) EPOCH.getAcquire(this) == (int) EPOCH.getAcquire(this.top)) {
			long effective = effective();
			return effective == Deadline.NONE || now() - effective < 0;
		}
		return false;
	}

	/**
	 * Finds out whether this scope is cancelled, and stores it if it is.
	 * @param asOf counts only deadlines that had passed when this happened; {@code null}
	 * for now
	 */
	private @Nullable Cancellation settle(@Nullable Cancellation asOf) {
		forgetReleasedParents();
		boolean everyStep = false;
		while (true) {
			Object state = stored();
			if (state instanceof Cancellation known) {
				if (known.untold) {
					raiseEpoch();
				}
				return known;
			}
			int epoch = (int) EPOCH.getVolatile(this.top);
			View view = View.from(this, epoch, everyStep);
			Cancellation above = view.above();
			if (view.earliest() != Deadline.NONE && view.isExpired((asOf != null) ? asOf.instant : now())) {
				if (view.owner() != null) {
					view.owner().expire(view.earliest());
				}
				everyStep = true;
			}
			else if (above == null) {
				remember(epoch, view.earliest());
				return null;
			}
			else if (state == CLOSED) {
				return above;
			}
			else if (store(above.reached())) {
				this.scopes.tellCancelled(this, above.reason);
			}
		}
	}

	private void remember(int epoch, long earliest) {
		if (this.top == this) {
			if (isReleased()) {
				EFFECTIVE.setOpaque(this, earliest); // its own counts no longer
			}
			return;
		}
		synchronized (FOUND[System.identityHashCode(this) & (FOUND.length - 1)]) {
			// Guards against a slower walk overwriting what a later one found.
			if (epoch - this.epoch >= 0) {
				EFFECTIVE.setOpaque(this, earliest);
				EPOCH.setRelease(this, epoch);
			}
		}
	}

	// Cancelling

	@Override
	public boolean cancel() {
		return cancel("cancelled");
	}

	@Override
	public boolean cancel(String message) {
		return cancel(message, null);
	}

	@Override
	public boolean cancel(String message, @Nullable Throwable cause) {
		return cancel(CancelReason.Kind.REQUESTED, message, cause);
	}

	@Override
	public boolean cancel(CancelReason.Kind kind, String message, @Nullable Throwable cause) {
		CancelReason.requireChosen(kind);
		return begin(kind, message, cause);
	}

	private boolean begin(CancelReason.Kind kind, String message, @Nullable Throwable cause) {
		Objects.requireNonNull(message, "message");
		if (cancellation() != null || isOver()) {
			return false;
		}
		CancelReason reason = new CancelReason(kind, message, cause, name());
		if (hasFlag(OBSERVED)) {
			if (kind != CancelReason.Kind.FAILED || climbs()) {
				tellObserved(reason);
			}
			return false;
		}
		Cancellation begun = Cancellation.begunAt(reason, now());
		if (!store(begun)) {
			return false;
		}
		spread(begun);
		return true;
	}

	@Override
	public void failed(Throwable exception) {
		Objects.requireNonNull(exception, "exception");
		Noted noted = noted();
		if (noted != null) {
			noted.failed = true;
		}
		boolean counts = true;
		try {
			counts = this.options.cancelOnException.test(exception);
		}
		catch (RuntimeException | Error ex) {
			exception.addSuppressed(ex);
		}
		if (counts) {
			begin(CancelReason.Kind.FAILED, "it failed with " + exception, exception);
		}
	}

	/** Stores that this scope's own deadline has passed, if it still is that one. */
	private void expire(long instant) {
		noteForNews();
		Cancellation begun = expiry(instant);
		if (storeExpiry(instant, begun)) {
			spread(begun);
		}
	}

	Cancellation expiry(long instant) {
		return Cancellation.begunAt(
				new CancelReason(CancelReason.Kind.DEADLINE, Messages.expired(this.options), null, name()), instant);
	}

	boolean storeExpiry(long instant, Cancellation begun) {
		synchronized (links()) {
			// Guards against reschedule(): a deadline that was moved does not fire.
			return this.own == instant && store(begun);
		}
	}

	/** The timer rings: what is due is stored, what was moved meanwhile is set anew. */
	void timeIsUp() {
		View view = View.from(this, 0, true);
		ScopeNode owner = view.owner();
		if (stored() != null || view.above() != null || owner == null) {
			return;
		}
		if (view.isExpired(now())) {
			owner.expire(view.earliest());
		}
		else {
			Waking.armIfNeeded(this);
		}
	}

	/**
	 * What follows a cancellation that began here: the tree is told, what is blocked is
	 * woken, outermost first, and then the same for each bubbling scope on the way up. A
	 * deadline leaves the callbacks to the callback executor, in the same order.
	 */
	private void spread(Cancellation begun) {
		boolean inline = begun.reason.kind() != CancelReason.Kind.DEADLINE;
		Wave wave = new Wave();
		if (nextToBubble() != null) {
			settleAbove(begun);
		}
		arrive(begun, wave, inline);
		Cancellation reached = begun.reached();
		for (ScopeNode at = nextToBubble(); at != null; at = at.nextToBubble()) {
			if (at.hasFlag(OBSERVED) && at.cancellation() == null) {
				at.tellObserved(begun.reason);
				break;
			}
			reached.untold = true;
			if (at.store(reached)) {
				at.arrive(reached, wave, inline);
			}
			else if (at.stored() != CLOSED) {
				break; // whoever cancelled it climbs on from there
			}
		}
		reached.untold = false;
		if (inline) {
			wave.throwTrouble();
		}
		else {
			wave.runOn(this.scopes.callbackExecutor);
		}
	}

	private void arrive(Cancellation stored, Wave wave, boolean inline) {
		raiseEpoch();
		stored.untold = false;
		wave.add(this, stored.reason);
		Waking.collect(this, wave);
		wave.interrupt();
		if (inline) {
			wave.tell();
		}
	}

	private @Nullable ScopeNode nextToBubble() {
		ScopeNode at = this.parent;
		while (at != null && at.isReleased()) {
			at = at.visibleAbove(); // what a released shield let go belongs to nobody
									// above
		}
		return (at != null && at.hasFlag(BUBBLES)) ? at : null;
	}

	/**
	 * Stores what already happened in the scopes that the cancellation is about to climb
	 * to, outermost first, so that it doesn't come before an earlier cause.
	 */
	private void settleAbove(Cancellation begun) {
		Deque<ScopeNode> climb = new ArrayDeque<>();
		for (ScopeNode at = nextToBubble(); at != null; at = at.nextToBubble()) {
			climb.push(at);
		}
		climb.forEach((at) -> at.settle(begun));
	}

	/** What would have cancelled this scope, if it weren't only observed. */
	private void tellObserved(CancelReason reason) {
		Observed observed = links().observed;
		if (observed != null && observed.isFirst()) {
			this.scopes.tellObserved(this, reason);
		}
	}

	/** At the end is early enough, and spares a scope that only observes the timer. */
	private void tellObservedExpiry() {
		Observed observed = links().observed;
		if (observed != null && observed.hasDeadline() && cancellation() == null) {
			long now = now();
			if (observed.isExpired(now)) {
				tellObserved(new CancelReason(CancelReason.Kind.DEADLINE,
						Messages.observedExpiry(this.options, observed.elapsed(now)), null, name()));
			}
		}
	}

	private void raiseEpoch() {
		EPOCH.getAndAdd(this.top, 1);
	}

	// Waking

	@Override
	public Registration onCancel(Consumer<? super CancelReason> callback) {
		Objects.requireNonNull(callback, "callback");
		ScopeNode scope = nearestUnreleased();
		return (scope != null) ? scope.register(callback) : RootScope.NeverRuns.INSTANCE;
	}

	private Registration register(Consumer<? super CancelReason> action) {
		Callback callback = new Callback(this, action);
		if (cancellation() == null && links().add(callback)) {
			Waking.link(this);
		}
		Cancellation found = cancellationSinceLinked();
		if (found != null) {
			Waking.wake(this);
			callback.runOrThrow(found.reason);
		}
		return callback;
	}

	/**
	 * What has cancelled this scope by now, asked again once a timer watches the
	 * deadline. The system's rings at once where that has passed meanwhile, so the clock,
	 * which costs more than all the rest, is not read another time.
	 */
	private @Nullable Cancellation cancellationSinceLinked() {
		boolean unchanged = stored() == null && (int) EPOCH.getAcquire(this) == (int) EPOCH.getAcquire(this.top);
		return (unchanged && this.scopes.timeSource instanceof SystemTime) ? null : cancellation();
	}

	void remove(Callback callback) {
		Links links = linksIfAny();
		if (links != null) {
			links.remove(callback);
		}
	}

	// Deadlines

	@Override
	public boolean reschedule(Deadline deadline) {
		Objects.requireNonNull(deadline, "deadline");
		long instant = Deadline.notBefore(now(), deadline.instantOn(this.scopes.timeSource));
		if (cancellation() != null) {
			return false;
		}
		noteForNews();
		Links links = links();
		if (links.observed != null) {
			links.observed.reschedule(instant);
			return !isOver();
		}
		synchronized (links) {
			// Guards against expire(): either it comes first, or it finds the new one.
			if (stored() != null) {
				return false;
			}
			OWN.setOpaque(this, instant);
			if (this.top == this) {
				EFFECTIVE.setOpaque(this, instant);
			}
		}
		raiseEpoch();
		// Once linked, what comes to be woken later sets no timer up here any more.
		if (cancellation() == null && (climbs() || links.anchored || links.hasSomethingToWake())) {
			links.disarm();
			Waking.rearm(links);
		}
		return true;
	}

	// Interrupting

	@Override
	public <T extends @Nullable Object, X extends Exception> T interruptibly(Operation<T, X> operation) throws X {
		Objects.requireNonNull(operation, "operation");
		ScopeNode target = nearestUnreleased();
		return (target != null) ? Region.run(target, this, operation) : operation.call(this);
	}

	@Override
	public void sleep(Duration duration) throws InterruptedException {
		Objects.requireNonNull(duration, "duration");
		Waiting.sleep(this, this.scopes.timeSource, duration);
	}

	@Override
	public <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException {
		Objects.requireNonNull(future, "future");
		return Waiting.await(this, future);
	}

	/** Whether this scope, or one it sees above it, interrupts. */
	boolean interrupts() {
		return hasFlag(INTERRUPTS);
	}

	/** Begins a region on the calling thread for the nearest scope that interrupts. */
	@Nullable Region enterRegion() {
		for (ScopeNode at = this; at != null; at = at.visibleAbove()) {
			if (at.options.has(ScopeOptions.INTERRUPT) && !at.isReleased()) {
				return Region.enter(at);
			}
		}
		return null;
	}

	/** Ends the region of this scope's body, if it has one and this is its thread. */
	Gate.Interruption leaveRegion(@Nullable Throwable thrown) {
		Links links = linksIfAny();
		Region region = (links != null) ? links.own : null;
		return (region != null && region.isOfCallingThread()) ? region.leave(thrown) : Gate.Interruption.NOT_OURS;
	}

	void enlist(Region region) {
		if (cancellation() == null && links().add(region)) {
			Waking.link(this);
		}
		if (cancellationSinceLinked() != null) {
			Waking.wake(this);
			region.gate.deliver(region, true);
		}
	}

	void delist(Region region) {
		Links links = linksIfAny();
		if (links != null) {
			links.remove(region);
		}
	}

	/** Whether a cancellation of the other scope reaches this one. */
	boolean sees(ScopeNode other) {
		ScopeNode at = this;
		while (at != null && at != other) {
			at = at.visibleAbove();
		}
		return at != null;
	}

	// Carrying

	@Override
	public Runnable wrap(Runnable task) {
		markCarried();
		return Carrier.runnable(this, task);
	}

	@Override
	public <T> Callable<T> wrap(Callable<T> task) {
		markCarried();
		return Carrier.callable(this, task);
	}

	@Override
	public <T> Supplier<T> wrapSupplier(Supplier<T> task) {
		markCarried();
		return Carrier.supplier(this, task);
	}

	@Override
	public Executor wrap(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		markCarried();
		return (task) -> executor.execute(Carrier.runnable(this, task));
	}

	@Override
	public Registration attach() {
		markCarried();
		return Attachment.push(this);
	}

	/**
	 * Whether attaching it where it is on top already makes no difference: it is open,
	 * interrupts nobody, and nobody listens.
	 */
	boolean isPlainHere() {
		return stored() == null && (this.flags & INTERRUPTS) == 0 && !this.scopes.noting;
	}

	/**
	 * From now on work may outlive this scope, and with it the ancestors it sees.
	 * Invariant: what a carried scope sees above it is carried too.
	 */
	void markCarried() {
		for (ScopeNode at = this; at != null && !at.hasFlag(CARRIED); at = at.visibleAbove()) {
			FLAGS.getAndBitwiseOr(at, CARRIED);
		}
	}

	/** Closed without having been cancelled: nothing below belongs to it any more. */
	boolean isReleased() {
		return stored() == CLOSED;
	}

	/**
	 * The scope that work started in this one belongs to: this one, or the nearest one
	 * above that is not released. A shield keeps out what is above it, also when closed.
	 */
	@Nullable ScopeNode nearestUnreleased() {
		ScopeNode at = this;
		while (at != null && at.isReleased()) {
			at = at.visibleAbove();
		}
		return at;
	}

	/** Somebody above waits for what happens here, so don't wait to be asked. */
	boolean climbs() {
		return this.parent != null && this.parent.hasFlag(BUBBLES);
	}

	/**
	 * Work that is handed on from scope to scope would otherwise hold a chain of closed
	 * ones behind it for ever, and walk it. A top stays, and so does one with a factory:
	 * they still say what can be seen from here, and what is thrown.
	 */
	void forgetReleasedParents() {
		ScopeNode at = this.parent;
		if (at != null && at.isReleased()) {
			while (at.parent != null && at.top != at && at.isReleased() && at.options.exceptionFactory == null) {
				at = at.parent;
			}
			this.parent = at;
		}
	}

	/** The nearest one above that can cancel this scope, or {@code null} for a top. */
	@Nullable ScopeNode visibleParent() {
		return (this.top != this && this.parent != null) ? this.parent.nearestUnreleased() : null;
	}

	// Closing

	@Override
	public void close() {
		Object[] cell = ScopeStack.cell();
		if (cell[0] == this && closesPlainly()) {
			cell[0] = this.previous;
			ended(STATE.compareAndExchange(this, null, CLOSED), false);
			return;
		}
		if (isOver()) {
			leaveRegion(null);
			return;
		}
		boolean asked = this.scopes.listener != null;
		if (asked) {
			cancellation(); // while it can be seen that this thread is inside
		}
		try {
			leaveRegion(null);
			if (!hasFlag(UNBOUND)) {
				leaveStack(cell);
			}
		}
		finally {
			end(asked);
		}
	}

	/** On its thread, inside nothing that may be over, and with nothing to end but it. */
	private boolean closesPlainly() {
		Frame previous = this.previous;
		return (this.flags & CLOSES_WITH_CARE) == 0 && !this.scopes.noting && this.links == null
				&& (this.scopes.listener == null || cancellation() == null)
				&& (previous == null || (previous instanceof ScopeNode around && around.stored() == null)
						|| (previous instanceof Attachment attachment && !attachment.isOver()));
	}

	private void leaveStack(Object[] cell) {
		if (cell[0] != this && !ScopeStack.contains(cell, this)) {
			// Closed on another thread than it was opened on, which may still be inside.
			markCarried();
			return;
		}
		ScopeStack.pop(cell, this);
	}

	private void end(boolean asked) {
		boolean carried = hasFlag(CARRIED);
		if (hasFlag(OBSERVED) && !isOver()) {
			tellObservedExpiry();
		}
		if (carried && !asked) {
			// What has happened by now stays, for all that was started here.
			cancellation();
		}
		ended(STATE.compareAndExchange(this, null, CLOSED), carried);
	}

	/** What follows once the state says that it is over. */
	private void ended(@Nullable Object before, boolean carried) {
		Links links = linksIfAny();
		if (before == null && !carried && links == null && !this.scopes.noting) {
			return;
		}
		if (before == CLOSED
				|| (before != null && ((int) FLAGS.getAndBitwiseOr(this, CLOSED_LATER) & CLOSED_LATER) != 0)) {
			return;
		}
		boolean releasesDeadline = before == null && carried && own() != Deadline.NONE;
		if (releasesDeadline) {
			raiseEpoch();
		}
		Wave missed = (before != null) ? new Wave() : null;
		if (links != null) {
			unlink(links, missed, releasesDeadline);
		}
		this.scopes.tellClosed(this);
		if (missed != null) {
			missed.throwTrouble();
		}
	}

	/**
	 * Hands the children up and drops the rest, unless a cancellation came first whose
	 * thread has not taken it yet: then this one wakes it.
	 */
	private void unlink(Links links, @Nullable Wave missed, boolean releasesDeadline) {
		if (missed != null) {
			Waking.collect(this, missed);
		}
		for (Links child : links.dispose()) {
			Waking.handUp(child.node, releasesDeadline);
		}
		if (links.trace != null) {
			links.trace.closed();
		}
		if (links.root != null) {
			links.root.closed();
		}
		if (missed != null && stored() instanceof Cancellation cancelled) {
			missed.interrupt();
			if (cancelled.reason.kind() == CancelReason.Kind.DEADLINE) {
				missed.runOn(this.scopes.callbackExecutor);
			}
			else {
				missed.tell();
			}
		}
	}

	@Override
	boolean isOver() {
		Object state = stored();
		return state != null && (state == CLOSED || hasFlag(CLOSED_LATER));
	}

	@Override
	ScopeNode scope() {
		return this;
	}

	@Override
	String label() {
		return "scope '" + name() + "'";
	}

	@Override
	String abandon(String outer) {
		begin(CancelReason.Kind.MISNESTED, outer + " was closed before it", null);
		end(true);
		return "'" + name() + "'";
	}

	void watchedBy(ForgottenScopes.Trace trace) {
		links().trace = trace;
	}

	// Being looked at

	@Override
	public ScopeDetails details() {
		boolean closed = isOver();
		Cancellation found = closed ? null : cancellation();
		if (closed && stored() instanceof Cancellation known) {
			found = known;
		}
		Noted noted = noted();
		long openedAt = (noted != null) ? noted.openedAt : openedAt();
		Duration elapsed = (openedAt != Deadline.NONE) ? Duration.ofNanos(now() - openedAt) : null;
		return new ScopeDetails(nearestOpenAround(), this.options.has(ScopeOptions.SHIELD), hasFlag(BUBBLES),
				interrupts(), hasFlag(OBSERVED), !hasFlag(UNBOUND), hasFlag(CARRIED), closed,
				noted != null && noted.failed, found != null && found.begunHere(), elapsed, budget(openedAt),
				(noted != null) ? noted.thread : null);
	}

	private @Nullable Duration budget(long openedAt) {
		// A released scope's own deadline counts for nobody else, but it was this one's.
		long due = Deadline.earlier(own(), effective());
		Observed observed = hasFlag(OBSERVED) ? links().observed : null;
		if (observed != null) {
			due = Deadline.earlier(due, observed.deadline());
		}
		return (openedAt != Deadline.NONE && due != Deadline.NONE) ? Duration.ofNanos(Math.max(0, due - openedAt))
				: null;
	}

	private @Nullable ScopeNode nearestOpenAround() {
		ScopeNode at = this.parent;
		while (at != null && at.isOver()) {
			at = at.parent;
		}
		return at;
	}

	@Nullable Noted noted() {
		Links links = linksIfAny();
		return (links != null) ? links.noted : null;
	}

	Noted noteOpening() {
		// The clock was read a moment ago, if there is a timeout; reading it costs the
		// most.
		long openedAt = openedAt();
		Noted noted = new Noted((openedAt != Deadline.NONE) ? openedAt : now(),
				hasFlag(UNBOUND) ? null : Thread.currentThread());
		links().noted = noted;
		return noted;
	}

	/** When it was opened, as its timeout tells until its deadline is moved. */
	private long openedAt() {
		boolean timed = this.scopes.listener != null && own() != Deadline.NONE && this.options.deadline == null;
		return !timed ? Deadline.NONE : hasFlag(OPENED_LATE) ? own() : own() - this.options.timeoutNanos;
	}

	/**
	 * What a listener of cancellations alone may ask when it hears of one that begins
	 * here: noted before the deadline is moved, before a timer watches it, and when it is
	 * found to have passed.
	 */
	void noteForNews() {
		if (this.scopes.listener != null && noted() == null) {
			ScopeNode here = ScopeStack.currentNode(ScopeStack.cell());
			boolean inside = here != null && here.sees(this);
			links().noted = new Noted(openedAt(), inside ? Thread.currentThread() : null);
		}
	}

	void forgetThread() {
		Noted noted = noted();
		if (noted != null) {
			noted.thread = null;
		}
	}

	// Small things

	@Nullable Object stored() {
		return STATE.getVolatile(this);
	}

	/** Stores a cancellation unless the scope is cancelled or closed already. */
	boolean store(Cancellation cancellation) {
		return STATE.compareAndSet(this, null, cancellation);
	}

	long own() {
		return (long) OWN.getOpaque(this);
	}

	long effective() {
		return (long) EFFECTIVE.getOpaque(this);
	}

	/** Whether what this scope knows of those above it is as of this count. */
	boolean isUpToDate(int epoch) {
		return this.top != this && (int) EPOCH.getAcquire(this) == epoch;
	}

	@Nullable ScopeNode parent() {
		return this.parent;
	}

	/** The next scope up, as far as this one sees; {@code null} for a top. */
	@Nullable ScopeNode visibleAbove() {
		return (this.top != this) ? this.parent : null;
	}

	/** What hangs below, or {@code null} as long as nothing does. */
	@Nullable Links linksIfAny() {
		return (Links) LINKS.getVolatile(this);
	}

	private boolean hasFlag(int flag) {
		return ((int) FLAGS.getVolatile(this) & flag) != 0;
	}

	private int depth() {
		return this.flags >>> DEPTH_SHIFT;
	}

	long now() {
		return this.scopes.timeSource.nanoTime();
	}

	Links links() {
		Links links = (Links) LINKS.getAcquire(this);
		if (links != null) {
			return links;
		}
		Links fresh = new Links(this);
		Links other = (Links) LINKS.compareAndExchange(this, null, fresh);
		return (other != null) ? other : fresh;
	}

	@Override
	public boolean isCauseOf(Throwable exception) {
		Objects.requireNonNull(exception, "exception");
		Cancellation found = cancellation();
		if (found == null || !found.begunHere()) {
			return false;
		}
		ScopeNode parent = visibleParent();
		return ScopeCancelledException.isIn(exception, found.reason)
				&& (parent == null || parent.cancellation() == null);
	}

	@Override
	public String toString() {
		Object state = stored();
		String word = (state == null) ? "open"
				: (state instanceof Cancellation known) ? "cancelled: " + known.reason.kind() : "closed";
		long effective = effective();
		return "CancelScope['" + name() + "', " + word
				+ ((effective != Deadline.NONE) ? ", due " + Deadline.at(effective, this.scopes.timeSource) : "") + "]";
	}

}
