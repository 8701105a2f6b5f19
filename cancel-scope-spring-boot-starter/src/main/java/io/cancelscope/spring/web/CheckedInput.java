package io.cancelscope.spring.web;

import java.io.IOException;

import io.cancelscope.CancelScope;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;

/**
 * The body of a request, which a client may send for ever, byte by byte. Each read begins
 * with a check of the current scope, so a budget ends it, and a shield protects it.
 * Limitation: a read that waits for a client who sends nothing ends by the container's
 * own timeout.
 */
final class CheckedInput extends ServletInputStream {

	private final ServletInputStream input;

	CheckedInput(ServletInputStream input) {
		this.input = input;
	}

	@Override
	public int read() throws IOException {
		CancelScope.current().check();
		return this.input.read();
	}

	@Override
	public int read(byte[] buffer, int offset, int length) throws IOException {
		CancelScope.current().check();
		return this.input.read(buffer, offset, length);
	}

	@Override
	public int available() throws IOException {
		return this.input.available();
	}

	@Override
	public long skip(long count) throws IOException {
		CancelScope.current().check();
		return this.input.skip(count);
	}

	@Override
	public void close() throws IOException {
		this.input.close();
	}

	@Override
	public boolean isFinished() {
		return this.input.isFinished();
	}

	@Override
	public boolean isReady() {
		return this.input.isReady();
	}

	@Override
	public void setReadListener(ReadListener listener) {
		this.input.setReadListener(listener);
	}

}
