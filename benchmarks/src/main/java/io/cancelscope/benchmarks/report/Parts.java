package io.cancelscope.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What a figure consists of, as far as other figures of the same run tell: why it is what
 * it is, and what is left for us to save.
 */
final class Parts {

	private static final Measured DEADLINE = Measured.figure("CancelScopeOpen.deadline1");

	private static final Measured CLOCK = Measured.figure("Limits.clock");

	private final String title;

	private final Measured whole;

	private final String rest;

	private final List<Part> parts = new ArrayList<>();

	private Parts(String title, Measured whole, String rest) {
		this.title = title;
		this.whole = whole;
		this.rest = rest;
	}

	static List<Parts> all() {
		List<Parts> all = new ArrayList<>();
		all.add(plain());
		for (int pending : new int[] { 0, 1_000_000 }) {
			all.add(firing("callback", "a callback", "the callback, its list, the timer set and taken away", pending));
			all.add(firing("interrupt", "an interrupt", "the region, its list, the timer set and taken away", pending));
		}
		all.add(advised("Advised.cancelScoped", "@CancelScoped"));
		all.add(advised("AdvisedInApplication.cancelScoped", "@CancelScoped in an application"));
		return all;
	}

	private static Parts plain() {
		Measured swap = Measured.figure("Limits.threadLocalSwap");
		Measured fenced = Measured.figure("LeastScope.fenced");
		Measured unfenced = Measured.figure("LeastScope.unfenced");
		return new Parts("Open without a deadline + check + close", Measured.figure("CancelScopeOpen.plain1"),
				"what makes a scope of it")
			.with("the thread-local accesses alone (T)", swap)
			.with("an object of 64 bytes that becomes current and ceases to be", unfenced.minus(swap))
			.with("the compare-and-set that ends it", fenced.minus(unfenced));
	}

	private static Parts firing(String kind, String with, String rest, int pending) {
		return new Parts("Scope with a deadline and " + with + ", " + String.format("%,d", pending) + " others wait",
				Measured.figure("CancelScopeFiring." + kind + "/pending=" + pending), rest)
			.with("the scope alone, with its deadline", DEADLINE)
			.with("the clock, read once more: has the deadline passed by now?", CLOCK);
	}

	private static Parts advised(String figure, String title) {
		return new Parts(title, Measured.figure(figure), "finding the operation, and what is around it")
			.with("a proxy with an interceptor that does nothing", Measured.figure("Advised.noOpInterceptor"))
			.with("the scope alone, with its deadline", DEADLINE);
	}

	private Parts with(String label, Measured part) {
		this.parts.add(new Part(label, part));
		return this;
	}

	boolean isIn(Figures figures) {
		return this.whole.isIn(figures) && this.parts.stream().allMatch((part) -> part.measured.isIn(figures));
	}

	/** Lines of a Markdown table; what is left over comes last. */
	List<String> lines(Figures figures) {
		List<String> lines = new ArrayList<>();
		lines.add(line("**" + this.title + "**", this.whole, figures));
		Measured left = this.whole;
		for (Part part : this.parts) {
			lines.add(line(part.label, part.measured, figures));
			left = left.minus(part.measured);
		}
		lines.add(line("the rest: " + this.rest, left, figures));
		return lines;
	}

	private static String line(String label, Measured measured, Figures figures) {
		return "| " + label + " | " + Numbers.shown(Figure.median(measured.in(figures))) + " ns |";
	}

	private record Part(String label, Measured measured) {

	}

}
