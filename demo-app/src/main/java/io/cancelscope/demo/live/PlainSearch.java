package io.cancelscope.demo.live;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Service;

/**
 * The same search the way it is usually written: it answers in time, and what it has
 * begun runs on, for nobody.
 */
@Service
class PlainSearch implements DisposableBean {

	private final Errand errand;

	private final ExecutorService threads = Executors.newCachedThreadPool(new CustomizableThreadFactory("plain-"));

	PlainSearch(Errand errand) {
		this.errand = errand;
	}

	/** Searches, and tells the timeline what each thread does, if there is one. */
	Answer run(Order order, List<String> names, @Nullable Timeline timeline) throws InterruptedException {
		AtomicInteger answered = new AtomicInteger();
		CompletableFuture<Void> all = CompletableFuture.allOf(names.stream()
			.map((name) -> CompletableFuture.runAsync(() -> ask(name, order, answered, timeline), this.threads))
			.toArray(CompletableFuture<?>[]::new));
		String end = "";
		try {
			all.get(order.budget().toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			end = ": the time is up";
		}
		catch (ExecutionException ex) {
			end = ", some failed";
		}
		return new Answer(answered.get(), names.size(), end, all);
	}

	private void ask(String name, Order order, AtomicInteger answered, @Nullable Timeline timeline) {
		tell(timeline, "plain-began", name);
		try {
			this.errand.run(name, order);
			answered.incrementAndGet();
			tell(timeline, "plain-ended", name);
		}
		catch (RuntimeException ex) {
			tell(timeline, "plain-failed", name);
			throw ex;
		}
	}

	private static void tell(@Nullable Timeline timeline, String type, String name) {
		if (timeline != null) {
			timeline.tell(type, name);
		}
	}

	@Override
	public void destroy() {
		this.threads.shutdownNow();
	}

}
