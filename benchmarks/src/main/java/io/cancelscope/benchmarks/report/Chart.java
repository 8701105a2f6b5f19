package io.cancelscope.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars on a logarithmic or linear scale, as SVG: no fonts, scripts or pictures
 * from elsewhere.
 */
final class Chart {

	private static final int WIDTH = 760;

	private static final int LABELS = 250;

	private static final int ROW = 26;

	private static final int TOP = 44;

	private final String title;

	private final boolean linear;

	private final List<Bar> bars = new ArrayList<>();

	Chart(String title) {
		this(title, false);
	}

	Chart(String title, boolean linear) {
		this.title = title;
		this.linear = linear;
	}

	void add(String label, Figure figure, boolean ours) {
		this.bars.add(new Bar(label, figure.median(), figure.unit(), ours));
	}

	String title() {
		return this.title;
	}

	boolean isWorthDrawing() {
		return this.bars.size() > 2;
	}

	String svg() {
		double most = this.bars.stream().mapToDouble(Bar::value).max().orElse(1);
		double least = this.bars.stream().mapToDouble(Bar::value).min().orElse(1) / 2;
		int height = TOP + ROW * this.bars.size() + 12;
		StringBuilder svg = new StringBuilder();
		svg.append(String.format(Locale.ROOT,
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
						+ " font-size=\"13\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n"
						+ "<text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>%n",
				WIDTH, height, WIDTH, height, escaped(this.title)));
		int y = TOP;
		for (Bar bar : this.bars) {
			double part = (this.linear) ? bar.value / most : Math.log(bar.value / least) / Math.log(most / least);
			double length = (WIDTH - LABELS - 110) * Math.max(0, part);
			svg.append(String.format(Locale.ROOT,
					"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
							+ "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>%n"
							+ "<text x=\"%.1f\" y=\"%d\">%s %s</text>%n",
					LABELS - 8, y + 13, escaped(bar.label), LABELS, y, length, bar.ours ? "#2b6cb0" : "#a0aec0",
					LABELS + length + 6, y + 13, Numbers.shown(bar.value), escaped(bar.unit)));
			y += ROW;
		}
		return svg.append("</svg>").append(System.lineSeparator()).toString();
	}

	private static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
	}

	private record Bar(String label, double value, String unit, boolean ours) {

	}

}
