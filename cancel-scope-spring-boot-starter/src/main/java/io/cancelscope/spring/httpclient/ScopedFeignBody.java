package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;

import feign.Response;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.ScopeFailures;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response of Feign's, which asks the scope before each read and at the
 * end: a body that was cut short must not look like one that is complete.
 */
final class ScopedFeignBody implements Response.Body {

	private final Response.Body body;

	private final CancelScope scope;

	/** The JDK's connections answer to interrupts on virtual threads. */
	private final boolean interrupts;

	private @Nullable Scoped stream;

	ScopedFeignBody(Response.Body body, CancelScope scope, boolean interrupts) {
		this.body = body;
		this.scope = scope;
		this.interrupts = interrupts;
	}

	@Override
	public @Nullable Integer length() {
		return this.body.length();
	}

	@Override
	public boolean isRepeatable() {
		return false;
	}

	@Override
	public InputStream asInputStream() throws IOException {
		Scoped stream = this.stream;
		if (stream == null) {
			stream = new Scoped(this.body.asInputStream());
			this.stream = stream;
		}
		return stream;
	}

	@Override
	public Reader asReader(Charset charset) throws IOException {
		return new InputStreamReader(asInputStream(), charset);
	}

	/** Feign wraps what a decoder throws; here it gets the exception itself. */
	@Override
	public void close() throws IOException {
		this.body.close();
		Scoped stream = this.stream;
		if (stream != null && stream.cutShort) {
			this.scope.check();
		}
	}

	private final class Scoped extends InputStream {

		private final InputStream in;

		private boolean cutShort;

		Scoped(InputStream in) {
			this.in = in;
		}

		@Override
		public int read() throws IOException {
			byte[] one = new byte[1];
			return (read(one, 0, 1) > 0) ? one[0] & 0xFF : -1;
		}

		@Override
		public int read(byte[] bytes, int offset, int length) throws IOException {
			CancelScope scope = ScopedFeignBody.this.scope;
			try {
				scope.check();
				int count = ScopedFeignBody.this.interrupts
						? scope.interruptibly((same) -> this.in.read(bytes, offset, length))
						: this.in.read(bytes, offset, length);
				if (count < 0) {
					scope.check();
				}
				return count;
			}
			catch (RuntimeException ex) {
				this.cutShort = true;
				throw ex;
			}
			catch (IOException ex) {
				if (scope.isCancelled()) {
					this.cutShort = true;
					throw ScopeFailures.attach(scope.exception(), ex);
				}
				throw ex;
			}
		}

		@Override
		public int available() throws IOException {
			return this.in.available();
		}

		@Override
		public void close() throws IOException {
			this.in.close();
		}

	}

}
