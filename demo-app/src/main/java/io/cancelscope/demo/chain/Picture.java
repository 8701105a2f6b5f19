package io.cancelscope.demo.chain;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.cancelscope.demo.chain.Ledger.Stay;

/**
 * A typical run of each kind over time, as SVG: no fonts, scripts or pictures from
 * elsewhere.
 */
final class Picture {

	private static final int WIDTH = 760;

	private static final int LEFT = 210;

	private static final int RIGHT = 90;

	private static final int TITLE = 46;

	private static final int HEAD = 34;

	private static final int ROW = 30;

	private static final int BAR = 11;

	private static final int FOOT = 34;

	private static final String WITH = "#2b6cb0";

	private static final String WITHOUT = "#a0aec0";

	private static final int STEP_MILLIS = 500;

	private final Results results;

	private final double end;

	private final StringBuilder svg = new StringBuilder();

	Picture(Results results) {
		this.results = results;
		this.end = latest(results) * 1.02;
	}

	private static double latest(Results results) {
		double latest = 1;
		for (Map<Cause, List<Run>> runs : List.of(results.with(), results.without())) {
			for (Cause cause : Cause.values()) {
				Run run = Results.typical(Results.runs(runs, cause));
				latest = Math.max(latest,
						run.stays().values().stream().mapToDouble((stay) -> run.at(stay.ended())).max().orElse(0));
			}
		}
		return latest;
	}

	String svg() {
		int panel = HEAD + ROW * Place.values().length + FOOT;
		int height = TITLE + panel * Cause.values().length;
		add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
				+ " font-size=\"12\">", WIDTH, height);
		add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
		add("<text x=\"12\" y=\"26\" font-size=\"15\" font-weight=\"bold\">What a request keeps at work in three services</text>");
		key();
		int y = TITLE;
		for (Cause cause : Cause.values()) {
			panel(cause, y);
			y += panel;
		}
		add("</svg>");
		return this.svg.toString();
	}

	private void key() {
		add("<rect x=\"%d\" y=\"16\" width=\"12\" height=\"%d\" fill=\"%s\"/>", WIDTH - 238, BAR, WITH);
		add("<text x=\"%d\" y=\"26\">with cancel-scope</text>", WIDTH - 222);
		add("<rect x=\"%d\" y=\"16\" width=\"12\" height=\"%d\" fill=\"%s\"/>", WIDTH - 98, BAR, WITHOUT);
		add("<text x=\"%d\" y=\"26\">without</text>", WIDTH - 82);
	}

	private void panel(Cause cause, int top) {
		Run with = Results.typical(Results.runs(this.results.with(), cause));
		Run without = Results.typical(Results.runs(this.results.without(), cause));
		int rows = top + HEAD;
		int bottom = rows + ROW * Place.values().length;
		add("<text x=\"12\" y=\"%d\" font-weight=\"bold\">%s</text>", top + 20, cause.label());
		for (int millis = 0; millis <= this.end; millis += STEP_MILLIS) {
			add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#e2e8f0\"/>", x(millis), rows, x(millis),
					bottom);
			add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#4a5568\">%d ms</text>", x(millis),
					bottom + 16, millis);
		}
		int y = rows;
		for (Place place : Place.values()) {
			add("<text x=\"%d\" y=\"%d\">%s</text>", place.label().startsWith(" ") ? 28 : 12, y + BAR + 6,
					place.label().strip().replaceAll(" +", " "));
			bar(with, place, y + 3, WITH);
			bar(without, place, y + 4 + BAR, WITHOUT);
			y += ROW;
		}
		double over = x(with.at(with.over()));
		add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#c53030\" stroke-dasharray=\"4 3\"/>", over,
				rows - 6, over, bottom);
		add("<text x=\"%.1f\" y=\"%d\" fill=\"#c53030\">nobody waits any more</text>", over + 4, rows - 6);
	}

	private void bar(Run run, Place place, int y, String colour) {
		Stay stay = run.stays().get(place);
		if (stay == null) {
			return;
		}
		double from = x(run.at(stay.began()));
		double to = x(run.at(stay.ended()));
		add("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", from, y, to - from, BAR, colour);
		add("<text x=\"%.1f\" y=\"%d\" font-size=\"11\">+%s</text>", to + 5, y + BAR - 2,
				Results.millis(run.wasted(place)));
	}

	private double x(double millis) {
		return LEFT + (WIDTH - LEFT - RIGHT) * millis / this.end;
	}

	private void add(String format, Object... args) {
		this.svg.append(String.format(Locale.ROOT, format, args)).append('\n');
	}

}
