package io.cancelscope.spring.cluster;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request can cancel a scope. If beans of this type exist, each node
 * calls all of them for each of its scopes that a request selects, also on the node that
 * received the request from a person. All must allow it. An exception refuses it.
 */
@FunctionalInterface
public interface CancelAuthorization {

	/**
	 * Returns whether a request can cancel a scope. Called on a thread of the library, or
	 * on the thread that opens the scope if {@code cancel-scope.cluster.tombstones} is
	 * set. It should not block for long.
	 * @param request the request, with {@linkplain CancelRequest#who() the person} who
	 * makes it. The signature of the message proves that a node of the application has
	 * sent it
	 * @param scope the scope, with its name and its key
	 * @return whether the request can cancel the scope
	 */
	boolean isAllowed(CancelRequest request, CancelScope scope);

	/**
	 * Returns whether another node can change budgets and modes of scopes on this node at
	 * run time. Called on a thread of the library. It should not block for long.
	 * @param name the name of the scopes, or {@code null} for all scopes
	 * @param who the person who makes the change, as determined by the other node, or
	 * {@code null}
	 * @return whether the change is executed; default: {@code false}
	 */
	default boolean isChangeAllowed(@Nullable String name, @Nullable String who) {
		return false;
	}

}
