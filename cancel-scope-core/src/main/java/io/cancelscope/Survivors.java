package io.cancelscope;

import java.util.List;

/**
 * What goes on when a scope has closed: it is in no list now, and belongs to the nearest
 * ancestor that is open.
 *
 * @param waiting what its work waits for
 * @param children the links of scopes below
 */
record Survivors(List<Wakeable> waiting, List<Links> children) {

	/** The opener's own does not go on. */
	void add(Wakeable one) {
		if (one.outlivesClose()) {
			this.waiting.add(one);
		}
	}

	void add(Links child) {
		this.children.add(child);
	}

}
