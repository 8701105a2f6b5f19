package io.cancelscope.spring.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.LogText;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
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

	private final LiveScopes live;

	CancelScopesEndpoint(LiveScopes live) {
		this.live = live;
	}

	/**
	 * Returns the open scopes.
	 * @param limit the highest number of scopes; default: 200, at most 10,000
	 * @param tree whether scopes are shown below their parents, instead of in a list
	 * @return the scopes
	 */
	@ReadOperation
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

	ScopesDescriptor scopes(@Nullable Integer limit, boolean tree, boolean withMessages) {
		if (limit != null && limit < 1) {
			throw new InvalidEndpointRequestException(
					"limit=" + limit + " is out of range. Give a number from 1 to " + HIGHEST_LIMIT,
					"The limit is not a number from 1 to " + HIGHEST_LIMIT);
		}
		Forest forest = new Forest(this.live);
		int most = (limit != null) ? Math.min(limit, HIGHEST_LIMIT) : DEFAULT_LIMIT;
		return describe(forest.size(), forest.roots(), most, tree, withMessages);
	}

	@Nullable ScopeDescriptor scope(String id, boolean withMessages) {
		CancelScope scope = this.live.find(id);
		Forest.Tree found = (scope != null) ? new Forest(this.live).tree(scope) : null;
		return (found != null) ? describe(1, List.of(found), HIGHEST_LIMIT, true, withMessages).scopes().get(0) : null;
	}

	private static ScopesDescriptor describe(int total, List<Forest.Tree> roots, int limit, boolean tree,
			boolean withMessages) {
		Instant now = Instant.now();
		List<ScopeDescriptor> top = new ArrayList<>();
		Map<Forest.Tree, ScopeDescriptor> described = new IdentityHashMap<>();
		Forest.firstOf(roots, limit, tree ? Forest.DEEPEST : Integer.MAX_VALUE, (at, depth) -> {
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

	/** Reasons come from outside, and go into logs and exceptions. */
	private static String oneLine(String text) {
		return LogText.of(text.strip(), LONGEST_REASON);
	}

}
