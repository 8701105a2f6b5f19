package io.cancelscope.demo.live;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.demo.supplier.Suppliers;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * The same search twice, with scopes and without, and what each leaves running: what
 * {@code --compare} prints.
 */
@Component
public class Comparison {

	private static final Map<String, String> ORDER = Map.of("budget", "800ms", "eos", "hanging", "delta", "failing",
			"history", "slow", "shield", "true");

	private final WatchedSearch search;

	private final PlainSearch plain;

	private final Suppliers suppliers;

	Comparison(WatchedSearch search, PlainSearch plain, Suppliers suppliers) {
		this.search = search;
		this.plain = plain;
		this.suppliers = suppliers;
	}

	/**
	 * Searches twice and prints what became of everything; takes about twelve seconds.
	 */
	public void run(Consumer<String> out) throws InterruptedException, ExecutionException {
		Order order = Order.of(ORDER, this.suppliers.names());
		out.accept(
				"A search with a budget of 800 ms. eos hangs, delta fails, the query for the usual price takes 2 s.");
		Timeline timeline = new Timeline();
		Answer answer = this.search.run(order, order.names(), timeline);
		out.accept("");
		out.accept("With cancel-scope: answered after " + millis(timeline.millis()) + ", " + answer);
		answer.rest().get();
		scoped(timeline).forEach((name, end) -> out.accept(line(name, end)));
		timeline = new Timeline();
		answer = this.plain.run(order, order.names(), timeline);
		double answered = timeline.millis();
		out.accept("");
		out.accept("Without: answered after " + millis(answered) + ", " + answer + ". Still running, so wait …");
		awaitRest(answer);
		plain(timeline, answered).forEach((name, end) -> out.accept(line(name, end)));
	}

	private static void awaitRest(Answer answer) throws InterruptedException {
		try {
			answer.rest().get();
		}
		catch (ExecutionException ex) {
			// That some failed is part of the search, and told by each.
		}
	}

	private Map<String, String> scoped(Timeline timeline) throws InterruptedException {
		Map<String, String> names = new LinkedHashMap<>();
		Map<String, Double> began = new LinkedHashMap<>();
		Set<String> late = new HashSet<>();
		Map<String, String> ends = new LinkedHashMap<>();
		for (Timeline.Happening next = last(timeline); next != null; next = last(timeline)) {
			if (next.details() instanceof WatchedScopes.Cancelled cancelled
					&& cancelled.kind().equals(CancelReason.Kind.DEADLINE.name())) {
				late.add(cancelled.id());
			}
			else if (next.details() instanceof WatchedScopes.Opened opened) {
				names.put(opened.id(), opened.name());
				began.put(opened.id(), next.at());
			}
			else if (next.details() instanceof WatchedScopes.Closed closed) {
				double took = next.at() - began.getOrDefault(closed.id(), 0.0);
				ends.put(names.getOrDefault(closed.id(), ""), end(closed, late.contains(closed.id()), took));
			}
		}
		return ends;
	}

	private static String end(WatchedScopes.Closed closed, boolean late, double took) {
		if (late && closed.after() != null) {
			return "stopped " + millis(Math.max(0, closed.after())) + " after the deadline";
		}
		return (closed.failed() ? "failed after " : "done after ") + millis(took);
	}

	private Map<String, String> plain(Timeline timeline, double answered) throws InterruptedException {
		Map<String, Double> began = new LinkedHashMap<>();
		Map<String, String> ends = new LinkedHashMap<>();
		for (Timeline.Happening next = last(timeline); next != null; next = last(timeline)) {
			String name = String.valueOf(next.details());
			if (next.type().equals("plain-began")) {
				began.put(name, next.at());
			}
			else if (next.at() > answered) {
				ends.put(name, "ran on for " + millis(next.at() - answered) + ", for nobody");
			}
			else {
				ends.put(name, (next.type().equals("plain-failed") ? "failed after " : "done after ")
						+ millis(next.at() - began.getOrDefault(name, 0.0)));
			}
		}
		return ends;
	}

	private static Timeline.@Nullable Happening last(Timeline timeline) throws InterruptedException {
		return timeline.next(0);
	}

	private static String line(String name, String end) {
		return String.format(Locale.ROOT, "  %-12s %s", name, end);
	}

	private static String millis(double millis) {
		return (millis < 10) ? String.format(Locale.ROOT, "%.1f ms", millis) : Math.round(millis) + " ms";
	}

}
