package io.cancelscope.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.Durations;
import io.cancelscope.LogText;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.ScopeCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Endpoint {@code cancelscopes}, which returns the open scopes and cancels them. To allow
 * cancelling, set {@code management.endpoint.cancelscopes.access=unrestricted}.
 */
@Endpoint(id = "cancelscopes", defaultAccess = Access.READ_ONLY)
public class CancelScopesEndpoint {

	static final int DEFAULT_LIMIT = 200;

	static final int HIGHEST_LIMIT = 10_000;

	private static final int LONGEST_REASON = 200;

	private static final OneLineLog logger = OneLineLog.of(CancelScopesEndpoint.class);

	/** So long a request waits for an answer that does not come in its time. */
	private static final Duration LONGEST_ANSWER = Duration.ofMinutes(2);

	private final LiveScopes live;

	private final Supplier<? extends @Nullable ScopeCommands> commands;

	CancelScopesEndpoint(LiveScopes live, Supplier<? extends @Nullable ScopeCommands> commands) {
		this.live = live;
		this.commands = commands;
	}

	/**
	 * Returns the open scopes.
	 * @param limit the highest number of scopes; default: 200, at most 10,000
	 * @param tree whether scopes are shown below their parents, instead of in a list
	 * @param cluster whether to return the scopes of all nodes, at most 1,000 of each, as
	 * lists without details
	 * @param wait how long to wait for other nodes
	 * @return the scopes
	 */
	@ReadOperation
	public OperationResponseBody scopes(@Nullable Integer limit, @Nullable Boolean tree, @Nullable Boolean cluster,
			@Nullable Duration wait) {
		return Boolean.TRUE.equals(cluster) ? scopesOfCluster(limit, wait) : scopes(limit, tree);
	}

	/**
	 * Returns the open scopes of this node.
	 * @param limit the highest number of scopes; default: 200, at most 10,000
	 * @param tree whether scopes are shown below their parents, instead of in a list
	 * @return the scopes
	 */
	public ScopesDescriptor scopes(@Nullable Integer limit, @Nullable Boolean tree) {
		return scopes(limit, Boolean.TRUE.equals(tree), false);
	}

	/**
	 * Returns an open scope, with the tree of open scopes below it.
	 * @param id the id of the scope
	 * @return the scope, or {@code null} if no open scope has this id
	 */
	@ReadOperation
	public @Nullable ScopeDescriptor scope(@Selector String id) {
		return scope(id, false);
	}

	/**
	 * Cancels an open scope.
	 * @param id the id of the scope
	 * @param reason the human-readable reason
	 * @return the result, or {@code null} if no open scope has this id
	 */
	@DeleteOperation
	public @Nullable CancelDescriptor cancel(@Selector String id, @Nullable String reason) {
		return cancel(id, reason, null);
	}

	/**
	 * Cancels open scopes on all nodes, or on this one if requests are not sent to
	 * others. Exactly one of the first four parameters selects the scopes.
	 * @param key the key of the scopes
	 * @param name the name of the scopes
	 * @param trace the trace id of the scopes
	 * @param id the id of a scope
	 * @param reason the human-readable reason
	 * @param wait how long to wait for other nodes
	 * @return the result
	 */
	@DeleteOperation
	public ClusterCancelDescriptor cancelSelected(@Nullable String key, @Nullable String name, @Nullable String trace,
			@Nullable String id, @Nullable String reason, @Nullable Duration wait) {
		return cancel(Selection.of(key, name, trace, id), reason, null, wait);
	}

	ClusterCancelDescriptor cancel(Selection selection, @Nullable String reason, @Nullable String who,
			@Nullable Duration wait) {
		ScopeCommands.Answer answer = await(commands().cancel(selection.by(), selection.value(), reason, who, wait));
		return new ClusterCancelDescriptor(answer.nodes(), answer.cancelled(), answer.already(),
				(answer.refused() > 0) ? answer.refused() : null, answer.cluster());
	}

	ClusterScopesDescriptor scopesOfCluster(@Nullable Integer limit, @Nullable Duration wait) {
		return ClusterScopesDescriptor.of(await(commands().list(most(limit), wait)));
	}

	private ScopeCommands commands() {
		ScopeCommands commands = this.commands.get();
		if (commands == null) {
			throw new InvalidEndpointRequestException(
					"Cannot select scopes by parameters: CancelScopeClusterAutoConfiguration is excluded, or a bean of the"
							+ " application replaces its bean. Give the id of the scope in the path",
					"Scopes cannot be selected by parameters");
		}
		return commands;
	}

	private static <T> T await(CompletableFuture<T> answer) {
		try {
			return answer.get(LONGEST_ANSWER.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			String problem = String.valueOf((cause != null) ? cause.getMessage() : ex);
			if (cause instanceof IllegalArgumentException) {
				throw new InvalidEndpointRequestException(problem, problem, ex);
			}
			throw new IllegalStateException(problem, ex);
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException("Could not cancel or list scopes: no result after "
					+ Durations.format(LONGEST_ANSWER) + ". Check whether a CancelAuthorization blocks.", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the answers of other nodes", ex);
		}
	}

	private static int most(@Nullable Integer limit) {
		if (limit != null && limit < 1) {
			throw new InvalidEndpointRequestException(
					"limit=" + limit + " is out of range. Give a number from 1 to " + HIGHEST_LIMIT,
					"The limit is not a number from 1 to " + HIGHEST_LIMIT);
		}
		return (limit != null) ? Math.min(limit, HIGHEST_LIMIT) : DEFAULT_LIMIT;
	}

	ScopesDescriptor scopes(@Nullable Integer limit, boolean tree, boolean withMessages) {
		int most = most(limit);
		ScopeTrees forest = new ScopeTrees(this.live);
		return describe(forest.size(), forest.roots(), most, tree, withMessages);
	}

	@Nullable ScopeDescriptor scope(String id, boolean withMessages) {
		CancelScope scope = this.live.find(id);
		ScopeTrees.Tree found = (scope != null) ? new ScopeTrees(this.live).tree(scope) : null;
		return (found != null) ? describe(1, List.of(found), HIGHEST_LIMIT, true, withMessages).scopes().get(0) : null;
	}

	private static ScopesDescriptor describe(int total, List<ScopeTrees.Tree> roots, int limit, boolean tree,
			boolean withMessages) {
		Instant now = Instant.now();
		List<ScopeDescriptor> top = new ArrayList<>();
		Map<ScopeTrees.Tree, ScopeDescriptor> described = new IdentityHashMap<>();
		ScopeTrees.firstOf(roots, limit, tree ? ScopeTrees.DEEPEST : Integer.MAX_VALUE, (at, depth) -> {
			ScopeDescriptor descriptor = ScopeDescriptor.of(at, now, withMessages, tree);
			ScopeDescriptor around = (at.parent != null) ? described.get(at.parent) : null;
			List<ScopeDescriptor> siblings = (around != null) ? around.children() : null;
			((siblings != null) ? siblings : top).add(descriptor);
			described.put(at, descriptor);
		});
		return new ScopesDescriptor(total, described.size(), top);
	}

	@Nullable CancelDescriptor cancel(String id, @Nullable String reason, @Nullable String who) {
		CancelScope scope = this.live.find(id);
		if (scope == null) {
			return null;
		}
		String message = "cancelled by " + ((who != null) ? "'" + oneLine(who) + "'" : "actuator")
				+ ((reason != null && !reason.isBlank()) ? ": " + oneLine(reason) : "");
		if (scope.cancel(message)) {
			logger.info("Scope '" + scope.name() + "' was " + message);
			return new CancelDescriptor(true, message);
		}
		return new CancelDescriptor(false, refusal(scope));
	}

	private static String refusal(CancelScope scope) {
		if (scope.isCancelled()) {
			return "The scope is cancelled already. Its code has not reached a safe point yet.";
		}
		return scope.details().observed() ? "The scope is only observed, so nothing can cancel it."
				: "The scope was closed in the meantime.";
	}

	/**
	 * What selects scopes.
	 *
	 * @param by the parameter
	 * @param value its value
	 */
	record Selection(ScopeCommands.By by, String value) {

		static Selection of(@Nullable String key, @Nullable String name, @Nullable String trace, @Nullable String id) {
			List<Selection> given = new ArrayList<>();
			add(given, ScopeCommands.By.KEY, key);
			add(given, ScopeCommands.By.NAME, name);
			add(given, ScopeCommands.By.TRACE, trace);
			add(given, ScopeCommands.By.ID, id);
			if (given.size() != 1) {
				throw new InvalidEndpointRequestException(
						"Cannot select scopes: " + given.size()
								+ " of the parameters key, name, trace and id are given."
								+ " Give one of them, for example '?key=order-42'",
						"Not exactly one of the parameters key, name, trace and id is given");
			}
			return given.get(0);
		}

		private static void add(List<Selection> given, ScopeCommands.By by, @Nullable String value) {
			if (value != null) {
				given.add(new Selection(by, value));
			}
		}

	}

	/** Reasons come from outside, and go into logs and exceptions. */
	private static String oneLine(String text) {
		return LogText.of(text.strip(), LONGEST_REASON);
	}

}
