package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The calling thread's stack of scopes. The thread-local holds a one-slot array of the
 * JDK's, so that opening and closing are field writes and an idle thread pins nothing of
 * ours: the slot is null when the last scope has left.
 */
final class ScopeStack {

	private static final ThreadLocal<Object[]> CELL = ThreadLocal.withInitial(() -> new Object[1]);

	/** How often a cell is used before it is renewed, or about that often. */
	private static final int RENEW_EVERY = 1 << 14;

	private static final int STRIPES = 16;

	/** Far enough from each other to lie in different cache lines. */
	private static final int STRIPE_SHIFT = 5;

	/**
	 * How many scopes were opened where none was; written by whoever comes, unguarded.
	 */
	private static final int[] OPENED = new int[STRIPES << STRIPE_SHIFT];

	private ScopeStack() {
	}

	static Object[] cell() {
		return CELL.get();
	}

	/**
	 * The cell of a thread that has nothing open, now and then a new one. A thread's cell
	 * grows old, and G1 makes each store into an old object expensive, a quarter of what
	 * a plain scope costs.
	 */
	static Object[] young(Object[] cell) {
		int stripe = ((int) Thread.currentThread().getId() & (STRIPES - 1)) << STRIPE_SHIFT;
		if ((++OPENED[stripe] & RENEW_EVERY - 1) != 0) {
			return cell;
		}
		Object[] young = new Object[1];
		CELL.set(young);
		return young;
	}

	static CancelScope current() {
		Frame top = top(cell());
		ScopeNode scope = (top != null) ? top.scope() : null;
		return (scope != null) ? scope : RootScope.INSTANCE;
	}

	/** The same as {@code current().check()}; most often the scope was opened here. */
	static void check() {
		Object top = cell()[0];
		if (top != null && !(top instanceof ScopeNode scope && scope.isQuiet())) {
			current().check();
		}
	}

	/** The innermost scope on this thread, or {@code null} where only the root is. */
	static @Nullable ScopeNode currentNode(Object[] cell) {
		Frame top = top(cell);
		return (top != null) ? top.scope() : null;
	}

	/** The topmost entry that is not over; those above it are dropped. */
	static @Nullable Frame top(Object[] cell) {
		Frame top = (Frame) cell[0];
		if (top == null || !top.isOver()) {
			return top;
		}
		return heal(cell, top);
	}

	private static @Nullable Frame heal(Object[] cell, Frame top) {
		News told = null;
		Frame at = top;
		while (at != null && at.isOver()) {
			at.dropped();
			Mask.endBelow(at);
			told = (at instanceof Attachment attachment && attachment.told() != null) ? attachment.told() : told;
			at = at.previous;
		}
		cell[0] = at;
		if (told != null) {
			told.currentChanged(); // ended on another thread, so nobody has said so here
		}
		return at;
	}

	/**
	 * Whether an entry is on this thread's stack. What lies below a callback isn't for as
	 * long as that runs: what a callback ends there heals when the callback has ended.
	 */
	static boolean contains(Object[] cell, Frame frame) {
		for (Frame at = (Frame) cell[0]; at != null; at = at.previous) {
			if (at == frame) {
				return true;
			}
			if (at instanceof Aside) {
				return false;
			}
		}
		return false;
	}

	/**
	 * Restores what was below an entry of this thread's stack. Entries above it that are
	 * still open were forgotten: they end too.
	 * @throws IllegalStateException if there were any
	 */
	static void pop(Object[] cell, Frame frame) {
		if (cell[0] == frame) {
			cell[0] = frame.previous;
			if (frame.previous != null) {
				Mask.endBelow(frame);
				top(cell);
			}
			return;
		}
		if (contains(cell, frame)) {
			unwind(cell, frame);
		}
	}

	private static void unwind(Object[] cell, Frame frame) {
		List<Frame> forgotten = openAbove(cell, frame);
		cell[0] = frame.previous;
		String outer = frame.label();
		List<String> names = abandon(forgotten, outer);
		Mask.endBelow(frame);
		top(cell);
		if (!names.isEmpty()) {
			throw new IllegalStateException(Messages.misnested(outer, names));
		}
	}

	/**
	 * Ends what was left open above an entry that stays.
	 * @param inner what should have ended it
	 * @throws IllegalStateException if there was anything
	 */
	static void dropAbove(Object[] cell, Frame frame, String inner) {
		List<Frame> forgotten = openAbove(cell, frame);
		cell[0] = frame;
		List<String> names = abandon(forgotten, inner);
		if (!names.isEmpty()) {
			throw new IllegalStateException(Messages.misnested(inner, names));
		}
	}

	private static List<Frame> openAbove(Object[] cell, Frame frame) {
		List<Frame> open = new ArrayList<>();
		for (Frame at = (Frame) cell[0]; at != null && at != frame; at = at.previous) {
			if (!at.isOver()) {
				open.add(at);
			}
		}
		return open;
	}

	private static List<String> abandon(List<Frame> forgotten, String outer) {
		return forgotten.stream().map((inner) -> inner.abandon(outer)).filter(Objects::nonNull).toList();
	}

}
