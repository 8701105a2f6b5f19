package io.cancelscope.spring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Cancels and lists scopes on this node, or on all nodes of an application. For features
 * that offer this to people, such as the endpoint of the actuator.
 */
public interface ScopeCommands {

	/**
	 * Cancels the scopes that a command selects.
	 * @param by the property of the scopes that selects them
	 * @param value its value
	 * @param reason the human-readable reason, or {@code null}
	 * @param who the person who asks for it, or {@code null}
	 * @param wait how long to wait for the answers of other nodes, or {@code null} for
	 * the default
	 * @return the future answer; fails with {@link IllegalArgumentException} if the
	 * command is invalid, and with {@link IllegalStateException} if it cannot be executed
	 * now
	 */
	CompletableFuture<Answer> cancel(By by, String value, @Nullable String reason, @Nullable String who,
			@Nullable Duration wait);

	/**
	 * Lists open scopes.
	 * @param limit the highest number of scopes of each node
	 * @param wait how long to wait for the answers of other nodes, or {@code null} for
	 * the default
	 * @return the future list; fails as {@link #cancel}
	 */
	CompletableFuture<Listing> list(int limit, @Nullable Duration wait);

	/**
	 * Properties by which a command selects scopes.
	 */
	enum By {

		/** The key of the scope. */
		KEY,

		/** The name of the scope. */
		NAME,

		/** The trace id of the thread that opened the scope. */
		TRACE,

		/** The id of the scope. */
		ID

	}

	/**
	 * Answer to a command.
	 *
	 * @param nodes the number of nodes that answered, this one included
	 * @param cancelled the number of scopes that the command cancelled
	 * @param already the number of scopes that were cancelled before
	 * @param refused the number of scopes that must not be cancelled by the command, or
	 * cannot be because they are only observed
	 * @param cluster {@code reached}, {@code unreached}, or {@code off}
	 */
	record Answer(int nodes, int cancelled, int already, int refused, String cluster) {

	}

	/**
	 * Open scopes of all nodes that answered.
	 *
	 * @param nodes the nodes, this one first
	 * @param cluster as in {@link Answer}
	 */
	record Listing(List<Node> nodes, String cluster) {

	}

	/**
	 * Open scopes of a node.
	 *
	 * @param node the name of the node
	 * @param total the number of open scopes
	 * @param scopes some of these scopes, the oldest first
	 */
	record Node(String node, int total, List<Scope> scopes) {

	}

	/**
	 * An open scope of a node.
	 *
	 * @param id the id of the scope in later commands
	 * @param name the name of the scope
	 * @param key the key of the scope, or {@code null}
	 * @param elapsed the time since it was opened, or {@code null} if it is not known
	 * @param remaining the remaining budget, or {@code null} if there is none
	 * @param cancelled whether the scope is cancelled
	 */
	record Scope(String id, String name, @Nullable String key, @Nullable Duration elapsed, @Nullable Duration remaining,
			boolean cancelled) {

	}

}
