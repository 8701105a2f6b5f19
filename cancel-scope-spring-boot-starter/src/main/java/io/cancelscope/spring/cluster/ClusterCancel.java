package io.cancelscope.spring.cluster;

import java.util.concurrent.CompletableFuture;

/**
 * Cancels scopes on all nodes of an application. The bean to inject. If
 * {@code cancel-scope.cluster.enabled} is off, it cancels scopes of this node.
 */
public interface ClusterCancel {

	/**
	 * Sends a request to all nodes and executes it on this node. Each node executes it at
	 * most once. A request for scopes that do not exist is not an error.
	 * <p>
	 * This method does not block. The scopes of this node are cancelled by a thread of
	 * the library. Scopes of this node are also cancelled if the engine is down.
	 * @param request the request
	 * @return the future result, completed after the time that the request waits for
	 * answers, or earlier if all nodes in {@code cancel-scope.cluster.nodes} have
	 * answered. Completed on a thread of the library. It fails with
	 * {@link IllegalStateException} if too many requests were made, or if this node
	 * cannot find scopes by the selected property. Cancelling it has no effect
	 */
	CompletableFuture<ClusterResult> cancel(CancelRequest request);

}
