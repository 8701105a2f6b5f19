package io.cancelscope.demo.live;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.ScopeDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Tells the timelines of the searches on the page what becomes of their scopes. All it
 * knows it is told by the scopes: the page simulates nothing.
 */
@Component
class WatchedScopes implements CancelScopeListener {

	private final Map<CancelScope, Watched> watched = new ConcurrentHashMap<>();

	private final ThreadLocal<Timeline> beginning = new ThreadLocal<>();

	/** The next scope that this thread opens belongs to the timeline, with all below. */
	void watchNext(Timeline timeline) {
		this.beginning.set(timeline);
	}

	@Override
	public void opened(CancelScope scope) {
		ScopeDetails details = scope.details();
		Watched around = (details.parent() != null) ? this.watched.get(details.parent()) : null;
		Timeline timeline = (around != null) ? around.timeline : this.beginning.get();
		if (timeline == null) {
			return;
		}
		this.beginning.remove();
		Duration remaining = scope.remaining().orElse(null);
		Watched watched = new Watched(UUID.randomUUID().toString(), timeline, remaining);
		this.watched.put(scope, watched);
		String parent = (around != null) ? around.id : timeline.first(watched.id);
		timeline.tell("opened",
				new Opened(watched.id, parent.equals(watched.id) ? null : parent, scope.name(),
						(remaining != null) ? remaining.toMillis() : null, details.shielded(), details.bubbling(),
						Thread.currentThread().getName()));
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		Watched watched = this.watched.get(scope);
		if (watched != null) {
			watched.cancelledAt = (reason.kind() == CancelReason.Kind.DEADLINE) ? watched.deadline
					: watched.timeline.since(reason);
			watched.timeline.tell("cancelled", new Cancelled(watched.id, reason.kind().name(), reason.message(),
					reason.origin(), scope.details().origin()));
		}
	}

	@Override
	public void closed(CancelScope scope) {
		Watched watched = this.watched.remove(scope);
		if (watched != null) {
			long since = watched.cancelledAt;
			Double after = (since != 0) ? Timeline.millisBetween(since, System.nanoTime()) : null;
			watched.timeline.tell("closed", new Closed(watched.id, after, scope.details().failed()));
		}
	}

	/** Finds an open scope by the id that the page was told. */
	Optional<CancelScope> find(String id) {
		return this.watched.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().id.equals(id))
			.map(Map.Entry::getKey)
			.findFirst();
	}

	/** Whether some scope of the timeline is still open. */
	boolean isWatching(Timeline timeline) {
		return this.watched.values().stream().anyMatch((open) -> open.timeline == timeline);
	}

	/** What is known of an open scope. */
	private static final class Watched {

		private final String id;

		private final Timeline timeline;

		/** By nanoTime; 0 if there is none. */
		private final long deadline;

		/** By nanoTime; 0 if it isn't. */
		private volatile long cancelledAt;

		Watched(String id, Timeline timeline, @Nullable Duration remaining) {
			this.id = id;
			this.timeline = timeline;
			this.deadline = (remaining != null) ? System.nanoTime() + remaining.toNanos() : 0;
		}

	}

	/**
	 * A scope was opened.
	 *
	 * @param id what the page calls it
	 * @param parent the scope around it, if that is watched
	 * @param name its name
	 * @param remaining milliseconds it may last
	 * @param shielded whether nothing from outside reaches in
	 * @param bubbling whether what is cancelled below climbs up
	 * @param thread the thread that opened it
	 */
	record Opened(String id, @Nullable String parent, String name, @Nullable Long remaining, boolean shielded,
			boolean bubbling, String thread) {
	}

	/**
	 * A scope was cancelled.
	 *
	 * @param id what the page calls it
	 * @param kind what sort of cause
	 * @param message why
	 * @param origin the name of the scope where it began
	 * @param here whether that is this one
	 */
	record Cancelled(String id, String kind, String message, String origin, boolean here) {
	}

	/**
	 * A scope was closed: its work is over, and its thread is back.
	 *
	 * @param id what the page calls it
	 * @param after milliseconds since it was cancelled, if it was
	 * @param failed whether an exception ended it
	 */
	record Closed(String id, @Nullable Double after, boolean failed) {
	}

}
