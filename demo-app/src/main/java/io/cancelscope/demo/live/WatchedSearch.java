package io.cancelscope.demo.live;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Service;

/**
 * A search in a scope: what isn't there when the time is up is stopped.
 */
@Service
class WatchedSearch implements DisposableBean {

	private static final ScopeOptions SEARCH = ScopeOptions.named("search");

	private static final ScopeOptions ARCHIVE = ScopeOptions.named(Errand.ARCHIVE).withTimeout(Duration.ofSeconds(2));

	private final CancelScopes scopes;

	private final WatchedScopes watched;

	private final Errand errand;

	private final ExecutorService threads;

	WatchedSearch(CancelScopes scopes, WatchedScopes watched, Errand errand) {
		this.scopes = scopes;
		this.watched = watched;
		this.errand = errand;
		this.threads = scopes.propagating(Executors.newCachedThreadPool(new CustomizableThreadFactory("search-")));
	}

	/** Searches, and tells the timeline what becomes of the scopes, if there is one. */
	Answer run(Order order, List<String> names, @Nullable Timeline timeline) throws InterruptedException {
		AtomicInteger answered = new AtomicInteger();
		CompletableFuture<Void> archived = new CompletableFuture<>();
		ScopeOptions options = SEARCH.withTimeout(order.budget());
		watchNext(timeline);
		String end = "";
		try {
			this.scopes.run(order.bubble() ? options.bubble() : options,
					(search) -> ask(search, order, names, answered, timeline, archived));
		}
		catch (ScopeCancelledException ex) {
			end = ": " + why(ex.reason());
		}
		return new Answer(answered.get(), names.size(), end, archived);
	}

	/** A failure is told by its name: its message is for those who mend it. */
	private static String why(CancelReason reason) {
		return (reason.kind() == CancelReason.Kind.FAILED) ? reason.origin() + " failed" : reason.message();
	}

	private void watchNext(@Nullable Timeline timeline) {
		if (timeline != null) {
			this.watched.watchNext(timeline);
		}
	}

	private void ask(CancelScope search, Order order, List<String> names, AtomicInteger answered,
			@Nullable Timeline timeline, CompletableFuture<Void> archived) throws InterruptedException {
		try {
			search.await(CompletableFuture.allOf(names.stream()
				.map((name) -> CompletableFuture.runAsync(() -> ask(name, order, answered), this.threads))
				.map((call) -> call.exceptionally((failure) -> null))
				.toArray(CompletableFuture<?>[]::new)));
			if (answered.get() < names.size()) {
				// Those who were stopped may all be back before this thread knows why.
				search.check();
			}
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A failure that was handled came back", ex);
		}
		finally {
			this.threads.execute(() -> archive(order, timeline, archived));
		}
	}

	private void ask(String name, Order order, AtomicInteger answered) {
		this.scopes.run(ScopeOptions.named(name), (scope) -> {
			scope.check();
			this.errand.run(name, order);
			scope.check();
			answered.incrementAndGet();
		});
	}

	/** Goes on after the search, whatever became of that, where there is a shield. */
	private void archive(Order order, @Nullable Timeline timeline, CompletableFuture<Void> archived) {
		watchNext(timeline);
		try {
			this.scopes.run(order.shield() ? ARCHIVE.shield() : ARCHIVE, (scope) -> {
				scope.check();
				this.errand.archive("search");
			});
		}
		catch (ScopeCancelledException ex) {
			// Told by the scope.
		}
		finally {
			archived.complete(null);
		}
	}

	@Override
	public void destroy() {
		this.threads.shutdownNow();
	}

}
