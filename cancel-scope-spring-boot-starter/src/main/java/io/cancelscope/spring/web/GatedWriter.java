package io.cancelscope.spring.web;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * The writer of a {@link GatedResponse}.
 */
class GatedWriter extends PrintWriter {

	private final PrintWriter original;

	GatedWriter(PrintWriter original, ResponseGate gate) {
		super(new Sink(original, gate));
		this.original = original;
	}

	@Override
	public boolean checkError() {
		return super.checkError() || this.original.checkError();
	}

	private static final class Sink extends Writer {

		private final PrintWriter original;

		private final ResponseGate gate;

		private Sink(PrintWriter original, ResponseGate gate) {
			this.original = original;
			this.gate = gate;
		}

		@Override
		public void write(char[] text, int offset, int length) {
			enter(() -> this.original.write(text, offset, length));
		}

		@Override
		public void write(String text, int offset, int length) {
			enter(() -> this.original.write(text, offset, length));
		}

		@Override
		public void flush() {
			enter(this.original::flush);
		}

		@Override
		public void close() {
			enter(this.original::close);
		}

		private void enter(Runnable write) {
			this.gate.enter();
			try {
				write.run();
			}
			finally {
				this.gate.exit();
			}
		}

	}

}
