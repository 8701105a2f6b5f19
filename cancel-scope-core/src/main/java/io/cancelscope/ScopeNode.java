package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A scope in the tree. All that threads do to each other through scopes is decided here:
 * this class holds the state and answers for it. {@link View} looks up the tree,
 * {@link Links} and {@link Linking} are the way down to what can't ask, {@link Spreading}
 * takes it, {@link Opening} and {@link Closing} are the two ends.
 */
abstract sealed class ScopeNode extends Ancestry implements OpenScope permits TreeScope {

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
	 * first and raises the epoch afterwards; who walks reads the epoch first. Between the
	 * two a cancellation is `untold`, and who meets it raises the epoch before it answers.
	 *
	 * Invariant: if a scope is up to date as of some epoch, then `effective` is right as of
	 * that epoch in all it sees above it, whatever their own epochs say. A walk writes to
	 * all it passes, an opened scope copies from its parent. That is what makes it linear
	 * to leave a deep nest: what changes at one level concerns only what is below, so who
	 * raises the epoch from e to e + 1 and was up to date as of e says to the top that its
	 * parent is as right as before (`quiet`), and the parent, asked next, does not walk.
	 *
	 * Time. A deadline that has passed is a cancellation which has happened and is not yet
	 * stored; its instant is the deadline itself. Whoever notices stores it, in the scope
	 * that owns the deadline (the outermost one, for ties), before anything else is
	 * decided, so what is stored first is also what happened first. A deadline that is
	 * set in the past counts from the moment it is set. Where a cancelled
	 * ancestor and a passed deadline compete, the earlier instant wins. A scope that is
	 * cancelled from above keeps the deadline it would have had.
	 *
	 * Waking. What can't ask, because it is blocked, is woken: threads in an interruptible
	 * region, and what callbacks stop. A scope with something to wake links itself to its
	 * parent, and so on up to the top; links exist nowhere else. Linking is: put the entry
	 * in its list, then link upward, then look whether the scope is cancelled, and wake it
	 * yourself if it is. Cancelling is: store the state, tell the tree, then take the lists.
	 * Whichever order these two meet in, one of them finds the entry, and the entry's own
	 * compare-and-set lets only one run it. The same look at the end covers a scope whose
	 * parent closes while it links, and a closing scope that hands its children up. A
	 * scope can close before it has any links, unseen by who is just making them: so
	 * who links looks at the parent's state, and at its own, after the links exist.
	 *
	 * Alarms. A scope is armed if its Links hold a ScopeTimer; that object and no flag says
	 * for when. It is set where something waits, here or in a linked scope below, and the
	 * scope's own deadline comes before all it sees above; or where a bubbling parent waits
	 * for the expiry itself. It goes with the last that waits. Race: one thread registers
	 * and reads the deadline, another one moves it. The first has put its entry in the list
	 * before it reads, the other writes the deadline before it looks for entries, both under
	 * the monitor of the Links; so one of them asks for the right instant, and of two that
	 * are asked for the earlier one rings. One that rings early sets the next.
	 *
	 * Owners. A callback is the opener's, and dropped when the scope closes, unless it was
	 * registered by work that carries the scope (under an Attachment): then it lives until
	 * the scope has closed and that work is over. A region lives until its thread leaves it;
	 * the one around the body of an interrupting scope is over when that scope is, the one
	 * of an attachment when that is. If a scope closes without having been cancelled, what
	 * lives on moves up to the nearest open ancestor (see Wakeable for the handshake).
	 *
	 * Carried. Work can outlive a scope only if it was carried elsewhere, so only then a
	 * close looks at the clock, and tells the tree that its deadline went. Race: one thread
	 * closes, another one just carries the scope away. The close reads the flag once more
	 * after its compare-and-set; who carries sets the flag, from the top down, before
	 * anything opens there. So either the close finds the flag and tells the tree, or what
	 * opens there finds the scope closed, and looks for itself.
	 *
	 * The short way to close is taken by the scope's thread when it finds nothing carried,
	 * and no cancellation that somebody listens for. It looks at the flags plainly before
	 * the compare-and-set, and at flags and links after it. That compare-and-set can't be
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
	 *     lists, alarm         the monitor of the Links they are in
	 *     untold               the thread that stored the cancellation; no other code runs
	 *                          between the two writes
	 *     whose interrupt      the monitor of the thread's Gate
	 *     parent               plain; any thread may move it past released scopes, and an
	 *                          older value only costs a longer walk
	 *     previous, the stack  the thread's own
	 *
	 * Lock order: no monitor of the tree is ever taken while another is held. What runs
	 * outside of all of them: foreign code, which only Foreign calls, and the timer.
	 * What never runs on the timer's thread: foreign code. Stops come before news, for the
	 * whole tree (see Delivery). Nothing here recurses along the tree, in depth or in width,
	 * and nothing takes more than linear time, in depth or in width.
	 */
	// @formatter:on

	static final Object CLOSED = new Object();

	/** From this depth on a walk costs more than what spares it. */
	private static final int DEEP = 32;

	private static final VarHandle STATE;

	private static final VarHandle EPOCH;

	private static final VarHandle EFFECTIVE;

	private static final VarHandle OWN;

	private static final VarHandle LINKS;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(ScopeNode.class, "state", Object.class);
			EPOCH = lookup.findVarHandle(ScopeNode.class, "epoch", int.class);
			EFFECTIVE = lookup.findVarHandle(ScopeNode.class, "effective", long.class);
			OWN = lookup.findVarHandle(ScopeNode.class, "own", long.class);
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

	/** The scope's own deadline, or {@link Deadline#NONE}. */
	private long own;

	/** The earliest deadline found at {@link #epoch}, or {@link Deadline#NONE}. */
	private long effective;

	private int epoch;

	private @Nullable Object state;

	private @Nullable Links links;

	/**
	 * A scope that is open, and belongs to the tree of its parent if it sees one.
	 */
	ScopeNode(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags, long own) {
		super(setup, options, parent, seesParent, previous, flags);
		this.own = own;
		if (parent == null || !seesParent) {
			this.effective = own;
		}
		else {
			this.epoch = parent.epochForChild();
			this.effective = Deadline.earlier(parent.effective(), own);
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

	final @Nullable Cancellation cancellation() {
		return isQuiet() ? null : settle(null);
	}

	/**
	 * The hot path of every check: no walk, no write, and the clock only if it counts.
	 * @return whether the scope is open and known not to be cancelled
	 */
	final boolean isQuiet() {
		if (stored() == null && isUpToDate()) {
			long effective = effective();
			return effective == Deadline.NONE || now() - effective < 0;
		}
		return false;
	}

	/** The same for a scope with a deadline, by a clock that was just read. */
	final boolean isQuietAt(long now) {
		return stored() == null && isUpToDate() && now - effective() < 0;
	}

	private boolean isUpToDate() {
		return (int) EPOCH.getAcquire(this) == (int) EPOCH.getAcquire(this.top);
	}

	/**
	 * What has cancelled this scope by now, asked again once an alarm watches the
	 * deadline. The system's rings at once where that has passed meanwhile, so the clock,
	 * which costs more than all the rest, is not read another time.
	 */
	final @Nullable Cancellation cancellationSinceLinked() {
		boolean unchanged = stored() == null && isUpToDate();
		return (unchanged && this.setup.timeSource instanceof SystemTime) ? null : cancellation();
	}

	/**
	 * Finds out whether this scope is cancelled, and stores it if it is.
	 * @param asOf counts only deadlines that had passed when this happened; {@code null}
	 * for now
	 */
	final @Nullable Cancellation settle(@Nullable Cancellation asOf) {
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
			if (state == CLOSED && this.top == this) {
				remember(0, Deadline.NONE); // there is nothing above to look at
				return null;
			}
			int epoch = (int) EPOCH.getVolatile(this.top);
			if (asOf == null && state == null && isKnownQuiet(epoch)) {
				remember(epoch, effective());
				if (isQuiet()) {
					return null;
				}
			}
			View view = View.from(this, epoch, everyStep);
			Cancellation above = view.above();
			if (view.earliest() != Deadline.NONE && view.isExpired((asOf != null) ? asOf.instant : now())) {
				if (view.owner() != null) {
					Spreading.expire(view.owner(), view.earliest());
				}
				everyStep = true;
			}
			else if (above == null) {
				rememberAll(epoch, view.earliest());
				return null;
			}
			else {
				if (above.untold) {
					// Before anybody hears of it here; what changed is above, so
					// nothing is quiet.
					EPOCH.getAndAdd(this.top, 1);
				}
				if (state == CLOSED) {
					return above;
				}
				if (storeFromAbove(above.reached(), view.earliestWithAbove()) && this.setup.news != null) {
					this.setup.news.found(this, above);
				}
			}
		}
	}

	/**
	 * Writes down that nothing above is cancelled, here and in all that was passed on the
	 * way: see the invariant of the epoch.
	 */
	private void rememberAll(int epoch, long earliest) {
		ScopeNode above = visibleAbove();
		if (above != null && (above.stored() != null || !above.isAsOf(epoch))) {
			rememberAbove(above, epoch);
		}
		remember(epoch, earliest);
	}

	private static void rememberAbove(ScopeNode first, int epoch) {
		List<ScopeNode> passed = new ArrayList<>();
		long earliest = Deadline.NONE;
		for (ScopeNode at = first; at != null; at = at.visibleAbove()) {
			// Looked at once: it may close meanwhile, and is right all the same.
			if (at.stored() == null && (at.isTop() || at.isAsOf(epoch))) {
				earliest = at.effective();
				break;
			}
			passed.add(at);
		}
		for (int i = passed.size() - 1; i >= 0; i--) {
			ScopeNode one = passed.get(i);
			if (one.stored() == null) {
				earliest = Deadline.earlier(earliest, one.own());
				one.remember(epoch, earliest);
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

	/**
	 * Tells the tree that something has changed for those below, and if it was clean
	 * above just before, that it still is.
	 */
	final void raiseEpoch() {
		int before = (int) EPOCH.getAndAdd(this.top, 1);
		if (depth() >= DEEP && this.top != this && (int) EPOCH.getAcquire(this) == before) {
			ScopeNode above = visibleParent();
			this.top.links().rarities().quiet = (above != null && above != this.top)
					? new Quiet(new WeakReference<>(above), before + 1) : null;
		}
	}

	private boolean isKnownQuiet(int epoch) {
		Links links = (depth() >= DEEP - 1) ? this.top.linksIfAny() : null;
		Rarities rarities = (links != null) ? links.raritiesIfAny() : null;
		Quiet quiet = (rarities != null) ? rarities.quiet : null;
		return quiet != null && quiet.epoch == epoch && quiet.scope.refersTo(this);
	}

	// Storing

	/** Stores a cancellation unless the scope is cancelled or closed already. */
	final boolean store(Cancellation cancellation) {
		return STATE.compareAndSet(this, null, cancellation);
	}

	/**
	 * Stores what cancelled a scope above. The tree was told of it before, so whoever
	 * reads the deadline in between is not up to date, and asks.
	 * @param deadlineAbove the effective deadline there: what this one has from now on,
	 * if its own isn't earlier
	 */
	final boolean storeFromAbove(Cancellation reached, long deadlineAbove) {
		if (stored() == null) {
			EFFECTIVE.setOpaque(this, Deadline.earlier(deadlineAbove, own()));
		}
		return store(reached);
	}

	final Cancellation expiry(long instant) {
		return Cancellation.expiredAt(instant, this.options);
	}

	final boolean storeExpiry(long instant, Cancellation begun) {
		synchronized (links()) {
			// Guards against a deadline that is moved: then it does not fire.
			if (this.own != instant) {
				return false;
			}
			if (Deadline.isLater(effective(), instant) && stored() == null) {
				EFFECTIVE.setOpaque(this, instant);
			}
			return store(begun);
		}
	}

	/**
	 * Moves the scope's own deadline. Either an expiry comes first, or it finds the new
	 * one.
	 * @return {@code false} if it is cancelled or closed
	 */
	final boolean moveOwn(long instant) {
		synchronized (links()) {
			if (stored() != null) {
				return false;
			}
			OWN.setOpaque(this, instant);
			if (this.top == this) {
				EFFECTIVE.setOpaque(this, instant);
			}
		}
		raiseEpoch();
		return true;
	}

	/**
	 * Closes the scope unless it is cancelled.
	 * @return what it was before: {@code null} for open
	 */
	final @Nullable Object storeClosed() {
		return STATE.compareAndExchange(this, null, CLOSED);
	}

	/** Closed without having been cancelled: nothing below belongs to it any more. */
	@Override
	final boolean isReleased() {
		return stored() == CLOSED;
	}

	// Small things

	final @Nullable Object stored() {
		return STATE.getVolatile(this);
	}

	@Override
	final boolean isOver() {
		Object state = stored();
		return state != null && (state == CLOSED || hasFlag(CLOSED_LATER));
	}

	@Override
	final ScopeNode scope() {
		return this;
	}

	final long own() {
		return (long) OWN.getOpaque(this);
	}

	final long effective() {
		return (long) EFFECTIVE.getOpaque(this);
	}

	/** Whether what this scope knows of those above it is as of this count. */
	final boolean isAsOf(int epoch) {
		return this.top != this && (int) EPOCH.getAcquire(this) == epoch;
	}

	final long now() {
		return this.setup.timeSource.nanoTime();
	}

	final Links links() {
		Links links = (Links) LINKS.getAcquire(this);
		if (links != null) {
			return links;
		}
		Links fresh = new Links(this);
		Links other = (Links) LINKS.compareAndExchange(this, null, fresh);
		return (other != null) ? other : fresh;
	}

	/** What hangs below, or {@code null} as long as nothing does. */
	final @Nullable Links linksIfAny() {
		return (Links) LINKS.getVolatile(this);
	}

	final @Nullable Rarities raritiesIfAny() {
		Links links = linksIfAny();
		return (links != null) ? links.raritiesIfAny() : null;
	}

	/**
	 * What the last change of a deep tree left as it was: what this scope sees above it.
	 */
	record Quiet(WeakReference<ScopeNode> scope, int epoch) {

	}

}
