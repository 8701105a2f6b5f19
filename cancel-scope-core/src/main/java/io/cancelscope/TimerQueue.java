package io.cancelscope;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What waits for its time, earliest first: a binary heap whose entries know their place,
 * so that one that is no longer needed leaves at once and not when it would be due. Not
 * safe for use by several threads; who owns it has a lock.
 */
final class TimerQueue {

	private static final int FIRST_SIZE = 64;

	private @Nullable Entry[] heap = new Entry[FIRST_SIZE];

	private int size;

	/** The earliest entry, or {@code null}. */
	@Nullable Entry first() {
		return this.heap[0];
	}

	int size() {
		return this.size;
	}

	void add(Entry entry) {
		if (this.size == this.heap.length) {
			this.heap = Arrays.copyOf(this.heap, this.size * 2);
		}
		siftUp(this.size++, entry);
	}

	/**
	 * Removes an entry.
	 * @return {@code false} if it is not in here
	 */
	boolean remove(Entry entry) {
		int place = entry.place;
		if (place < 0) {
			return false;
		}
		entry.place = Entry.NOWHERE;
		Entry last = this.heap[--this.size];
		this.heap[this.size] = null;
		if (last != null && last != entry) {
			siftDown(place, last);
			if (last.place == place) {
				siftUp(place, last);
			}
		}
		return true;
	}

	private void siftUp(int from, Entry entry) {
		int place = from;
		while (place > 0) {
			int above = (place - 1) >>> 1;
			Entry parent = this.heap[above];
			if (parent == null || !entry.isBefore(parent)) {
				break;
			}
			put(place, parent);
			place = above;
		}
		put(place, entry);
	}

	private void siftDown(int from, Entry entry) {
		int place = from;
		while (true) {
			int below = earlierChild(place);
			Entry child = at(below);
			if (child == null || !child.isBefore(entry)) {
				break;
			}
			put(place, child);
			place = below;
		}
		put(place, entry);
	}

	private int earlierChild(int place) {
		int left = 2 * place + 1;
		Entry one = at(left);
		Entry other = at(left + 1);
		return (one != null && other != null && other.isBefore(one)) ? left + 1 : left;
	}

	private @Nullable Entry at(int place) {
		return (place < this.size) ? this.heap[place] : null;
	}

	private void put(int place, Entry entry) {
		this.heap[place] = entry;
		entry.place = place;
	}

	/** Something that has its time. */
	static class Entry {

		private static final int NOWHERE = -1;

		private static final int GONE = -2;

		final long due;

		private int place = NOWHERE;

		Entry(long due) {
			this.due = due;
		}

		/** It is not to come in any more. */
		void gone() {
			this.place = GONE;
		}

		boolean isGone() {
			return this.place == GONE;
		}

		/** By difference: the clock may wrap. */
		private boolean isBefore(Entry other) {
			return this.due - other.due < 0;
		}

	}

}
