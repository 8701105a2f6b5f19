package io.cancelscope.benchmarks.stops;

import java.util.List;
import java.util.Locale;

import io.cancelscope.benchmarks.report.Figures;

/**
 * The same as a picture: a bar in each cell, as SVG, without anything from elsewhere.
 */
final class Grid {

	private static final int LABELS = 480;

	private static final int CELL = 124;

	private static final int ROW = 30;

	private static final int TOP = 86;

	private static final double LONGEST = 1_700;

	private static final String OURS = "#2b6cb0";

	private static final String THEIRS = "#718096";

	private static final String NOT_STOPPED = "#e2e8f0";

	private final StringBuilder svg = new StringBuilder();

	private final Figures figures;

	private final List<Row> rows;

	private final List<Contender> contenders;

	Grid(Figures figures, Matrix matrix) {
		this.figures = figures;
		this.rows = matrix.rows();
		this.contenders = matrix.contenders();
	}

	String svg() {
		int width = LABELS + CELL * this.contenders.size() + 12;
		int height = TOP + ROW * this.rows.size() + 12;
		add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
				+ " font-size=\"12\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", width, height, width,
				height);
		add("<text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>%n",
				"What stops, and when: milliseconds, with a budget of 300 (pale: not stopped)");
		for (int column = 0; column < this.contenders.size(); column++) {
			heading(this.contenders.get(column), LABELS + CELL * column);
		}
		for (int line = 0; line < this.rows.size(); line++) {
			row(this.rows.get(line), TOP + ROW * line);
		}
		return this.svg.append("</svg>").append(System.lineSeparator()).toString();
	}

	private void heading(Contender contender, int x) {
		String style = contender.isOurs() ? " font-weight=\"bold\" fill=\"" + OURS + "\"" : "";
		add("<text x=\"%d\" y=\"52\"%s>%s</text>%n<text x=\"%d\" y=\"68\"%s>%s</text>%n", x, style,
				escaped(contender.library()), x, style, escaped(contender.what()));
	}

	private void row(Row row, int y) {
		add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LABELS - 12, y + 14, escaped(row.label()));
		for (int column = 0; column < this.contenders.size(); column++) {
			Contender contender = this.contenders.get(column);
			Double millis = row.millis(this.figures, contender);
			if (millis != null) {
				bar(LABELS + CELL * column, y, millis, row.kind().isNatural(millis),
						contender.isOurs() ? OURS : THEIRS);
			}
		}
	}

	private void bar(int x, int y, double millis, boolean natural, String color) {
		double length = (CELL - 12) * Math.min(1, millis / LONGEST);
		add("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"7\""
				+ " fill=\"%s\"/>%n", x, y + 11, natural ? "#a0aec0" : color, Matrix.shown(millis), x, y + 15, length,
				natural ? NOT_STOPPED : color);
	}

	private void add(String format, Object... values) {
		this.svg.append(String.format(Locale.ROOT, format, values));
	}

	private static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
	}

}
