package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a response, which asks the scope before each read and at the end: a body
 * that was cut short must not look like one that is complete.
 */
final class ScopedBody extends InputStream {

	private final Exchange exchange;

	private final InputStream body;

	/** Whether a read has failed for a reason that a check would give again. */
	private volatile boolean cutShort;

	ScopedBody(Exchange exchange, InputStream body) {
		this.exchange = exchange;
		this.body = body;
	}

	@Override
	public int read() throws IOException {
		// Never the body's own: Reactor's keeps its connection when stopped in there.
		byte[] one = new byte[1];
		return (read(one, 0, 1) > 0) ? one[0] & 0xFF : -1;
	}

	@Override
	public int read(byte[] bytes, int offset, int length) throws IOException {
		try {
			this.exchange.check();
			int count = this.exchange.read((scope) -> this.body.read(bytes, offset, length));
			if (count < 0) {
				this.exchange.check();
			}
			return count;
		}
		catch (RuntimeException ex) {
			this.cutShort = true;
			throw ex;
		}
	}

	@Override
	public int available() throws IOException {
		return this.body.available();
	}

	@Override
	public void close() throws IOException {
		this.body.close();
	}

	boolean isCutShort() {
		return this.cutShort;
	}

}
