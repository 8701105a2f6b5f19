package io.cancelscope.spring.cluster;

/**
 * Result of a request to cancel scopes on all nodes.
 *
 * @param nodes the number of nodes that answered in time, this one included. Nodes that
 * answer later have cancelled their scopes as well
 * @param cancelled the number of scopes that the request cancelled on these nodes. Scopes
 * inside these scopes are not counted
 * @param already the number of scopes that were cancelled before
 * @param refused the number of scopes that the request selects and must not cancel,
 * because of their name or because a {@link CancelAuthorization} refused; or that are
 * only observed
 * @param cluster whether the other nodes were reached
 */
public record ClusterResult(int nodes, int cancelled, int already, int refused, Cluster cluster) {

	/**
	 * Whether other nodes were reached.
	 */
	public enum Cluster {

		/** The engine delivered the request, to this node as well. */
		REACHED,

		/**
		 * The engine did not deliver the request in time. This node has executed it.
		 * Other nodes may have executed it.
		 */
		UNREACHED,

		/**
		 * Other nodes are not asked, because {@code cancel-scope.cluster.enabled} is off.
		 */
		OFF

	}

}
