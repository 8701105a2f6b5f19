package io.cancelscope.spring.web;

import java.io.IOException;
import java.nio.ByteBuffer;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

/**
 * The stream of a {@link GatedResponse}.
 */
class GatedOutputStream extends ServletOutputStream {

	private final ServletOutputStream original;

	private final ResponseGate gate;

	GatedOutputStream(ServletOutputStream original, ResponseGate gate) {
		this.original = original;
		this.gate = gate;
	}

	@Override
	public void write(int value) throws IOException {
		this.gate.enter();
		try {
			this.original.write(value);
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		this.gate.enter();
		try {
			this.original.write(bytes, offset, length);
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public void write(ByteBuffer buffer) throws IOException {
		write(() -> this.original.write(buffer));
	}

	/** All that prints comes here. */
	@Override
	public void print(String text) throws IOException {
		write(() -> this.original.print(text));
	}

	@Override
	public void flush() throws IOException {
		write(this.original::flush);
	}

	@Override
	public void close() throws IOException {
		write(this.original::close);
	}

	@Override
	public boolean isReady() {
		return this.original.isReady();
	}

	@Override
	public void setWriteListener(WriteListener listener) {
		this.original.setWriteListener(listener);
	}

	private void write(Write write) throws IOException {
		this.gate.enter();
		try {
			write.run();
		}
		finally {
			this.gate.exit();
		}
	}

	@FunctionalInterface
	interface Write {

		void run() throws IOException;

	}

}
