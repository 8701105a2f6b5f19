package io.cancelscope.spring.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeDetails;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.NamePattern;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.ScopeCommands;
import org.jspecify.annotations.Nullable;

/**
 * Finds and cancels the scopes of this node.
 */
final class LocalScopes {

	private static final OneLineLog logger = OneLineLog.of(LocalScopes.class);

	private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** Deeper ones are not told apart: only the numbers of an answer depend on it. */
	private static final int DEEPEST = 100;

	private final Supplier<CancelScopes> scopes;

	private final @Nullable LiveScopes live;

	private final List<NamePattern> names;

	private final Supplier<List<CancelAuthorization>> authorizations;

	private final @Nullable Tombstones tombstones;

	private final AtomicLong failureLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

	LocalScopes(Supplier<CancelScopes> scopes, @Nullable LiveScopes live, List<NamePattern> names,
			Supplier<List<CancelAuthorization>> authorizations, @Nullable Tombstones tombstones) {
		this.scopes = scopes;
		this.live = live;
		this.names = names;
		this.authorizations = authorizations;
		this.tombstones = tombstones;
		if (tombstones != null) {
			tombstones.cancelBy(this::cancelOpened);
		}
	}

	/** Whether this node has what it takes to find scopes by this. */
	boolean canFind(ScopeCommands.By by) {
		return by == ScopeCommands.By.KEY || this.live != null;
	}

	/**
	 * Executes a request. The callbacks of the scopes run elsewhere, so that a slow one
	 * does not delay the answer.
	 * @param node the node that sent it, for the log
	 */
	Counts cancel(CancelRequest request, UUID command, String node) {
		if (this.tombstones != null && request.by() == ScopeCommands.By.KEY) {
			this.tombstones.lay(request, command);
		}
		int already = 0;
		int refused = 0;
		List<CancelScope> open = new ArrayList<>(1);
		for (CancelScope scope : find(request)) {
			if (!isAllowed(request, scope)) {
				refused++;
			}
			else if (scope.isCancelled()) {
				already++;
			}
			else if (scope.details().observed()) {
				refused++;
			}
			else {
				open.add(scope);
			}
		}
		int cancelled = this.scopes.get()
			.cancelAll(outermostFirst(open), CancelReason.Kind.REQUESTED, request.message());
		Counts counts = new Counts(cancelled, already, refused);
		if (counts.hasFound()) {
			found(command);
			logger.info("Request for " + request + " from node '" + node + "': cancelled " + cancelled
					+ ", already cancelled " + already + ", refused " + refused + ". Scopes were " + request.message());
		}
		return counts;
	}

	/** Some node had an open scope, so none that opens later is meant. */
	void found(UUID command) {
		if (this.tombstones != null) {
			this.tombstones.found(command);
		}
	}

	/** A scope opens with a key that has a tombstone. */
	private boolean cancelOpened(CancelScope scope, CancelRequest request) {
		return isAllowed(request, scope) && scope.cancel(request.message());
	}

	private List<CancelScope> find(CancelRequest request) {
		if (request.by() == ScopeCommands.By.KEY) {
			return this.scopes.get().findByKey(request.value());
		}
		LiveScopes live = this.live;
		if (live == null) {
			return List.of();
		}
		List<CancelScope> found = new ArrayList<>();
		if (request.by() == ScopeCommands.By.ID) {
			CancelScope scope = live.find(request.value());
			if (scope != null) {
				found.add(scope);
			}
		}
		else {
			live.forEach((scope, id) -> {
				String value = (request.by() == ScopeCommands.By.NAME) ? scope.name() : id.trace();
				if (request.value().equals(value)) {
					found.add(scope);
				}
			});
		}
		return found;
	}

	/**
	 * A scope that another one reaches is then not counted, whatever the order in which
	 * they were found.
	 */
	private static List<CancelScope> outermostFirst(List<CancelScope> scopes) {
		if (scopes.size() < 2) {
			return scopes;
		}
		record Placed(CancelScope scope, int depth) {

		}
		return scopes.stream()
			.map((scope) -> new Placed(scope, depth(scope)))
			.sorted(Comparator.comparingInt(Placed::depth))
			.map(Placed::scope)
			.toList();
	}

	private static int depth(CancelScope scope) {
		int depth = 0;
		for (CancelScope at = scope.details().parent(); at != null && depth < DEEPEST; at = at.details().parent()) {
			depth++;
		}
		return depth;
	}

	private boolean isAllowed(CancelRequest request, CancelScope scope) {
		if (!this.names.isEmpty() && this.names.stream().noneMatch((name) -> name.matches(scope.name()))) {
			return false;
		}
		for (CancelAuthorization authorization : this.authorizations.get()) {
			try {
				if (!authorization.isAllowed(request, scope)) {
					return false;
				}
			}
			catch (RuntimeException ex) {
				authorizationFailed(request, scope, ex);
				return false;
			}
		}
		return true;
	}

	private void authorizationFailed(CancelRequest request, CancelScope scope, RuntimeException ex) {
		long now = System.nanoTime();
		long last = this.failureLogged.get();
		if (now - last >= LOG_EVERY_NANOS && this.failureLogged.compareAndSet(last, now)) {
			logger.warn("A CancelAuthorization failed, so the request for " + request + " does not cancel scope '"
					+ scope.name() + "'. Logged at most once a minute", ex);
		}
	}

	/** Lists the oldest scopes. */
	ScopeCommands.Node list(String node, int limit) {
		LiveScopes live = this.live;
		if (live == null) {
			return new ScopeCommands.Node(node, 0, List.of());
		}
		record Aged(CancelScope scope, LiveScopes.Id id, ScopeDetails details) {

			long nanos() {
				return (this.details.elapsed() != null) ? this.details.elapsed().toNanos() : 0;
			}

		}
		List<Aged> all = new ArrayList<>();
		live.forEach((scope, id) -> all.add(new Aged(scope, id, scope.details())));
		List<ScopeCommands.Scope> shown = all.stream()
			.sorted(Comparator.comparingLong(Aged::nanos).reversed())
			.limit(limit)
			.map((aged) -> new ScopeCommands.Scope(live.show(aged.scope, aged.id), aged.scope.name(),
					aged.scope.key().orElse(null), aged.details.elapsed(), aged.scope.remaining().orElse(null),
					aged.scope.isCancelled()))
			.toList();
		return new ScopeCommands.Node(node, all.size(), shown);
	}

}
