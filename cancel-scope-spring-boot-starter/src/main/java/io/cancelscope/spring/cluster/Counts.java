package io.cancelscope.spring.cluster;

/**
 * What a request did on one node, see {@link ClusterResult}.
 */
record Counts(int cancelled, int already, int refused) {

	static final Counts NONE = new Counts(0, 0, 0);

	/** Whether there was a scope that the request selects, allowed or not. */
	boolean hasFound() {
		return this.cancelled + this.already + this.refused > 0;
	}

}
