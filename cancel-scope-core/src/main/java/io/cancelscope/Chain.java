package io.cancelscope;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list whose elements are their own nodes, so that taking one out of a
 * hundred thousand costs what it costs out of one. There is no object for the list: its
 * owner keeps the first element in a field, and the first element's predecessor is the
 * last. The owner guards it.
 */
final class Chain {

	private Chain() {
	}

	/**
	 * Adds an element at the end.
	 * @return the first element
	 */
	static <L extends Link> L addLast(@Nullable L first, L link) {
		if (first == null) {
			link.before = link;
			link.after = link;
			return link;
		}
		Link last = first.before;
		link.before = last;
		link.after = first;
		first.before = link;
		if (last != null) {
			last.after = link;
		}
		return first;
	}

	/**
	 * Removes an element of this chain.
	 * @return the first element, or {@code null} if there is none left
	 */
	@SuppressWarnings("unchecked") // all of one chain are of one type
	static <L extends Link> @Nullable L remove(@Nullable L first, L link) {
		Link before = link.before;
		Link after = link.after;
		link.before = null;
		link.after = null;
		if (before == null || after == null || after == link) {
			return null;
		}
		before.after = after;
		after.before = before;
		return (first == link) ? (L) after : first;
	}

	/**
	 * Removes elements from the front and hands each to the taker, which may put it into
	 * another chain.
	 * @param most how many at most
	 * @return the first of those that are left, or {@code null}
	 */
	static <L extends Link> @Nullable L drain(@Nullable L first, int most, Consumer<? super L> taker) {
		L left = first;
		for (int i = 0; i < most && left != null; i++) {
			L taken = left;
			left = remove(left, taken);
			taker.accept(taken);
		}
		return left;
	}

}
