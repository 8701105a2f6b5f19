package io.cancelscope.spring.httpclient;

import java.io.IOException;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.ScopeFailures;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response of OkHttp, which asks the scope before each read and at the end:
 * a body that was cut short must not look like one that is complete.
 */
final class ScopedOkHttpBody extends ResponseBody {

	private final ResponseBody body;

	private final BufferedSource source;

	ScopedOkHttpBody(ResponseBody body, Call call, CancelScope scope) {
		this.body = body;
		this.source = Okio.buffer(new Scoped(body.source(), call, scope));
	}

	@Override
	public @Nullable MediaType contentType() {
		return this.body.contentType();
	}

	@Override
	public long contentLength() {
		return this.body.contentLength();
	}

	@Override
	public BufferedSource source() {
		return this.source;
	}

	private static final class Scoped extends ForwardingSource {

		private final Call call;

		private final CancelScope scope;

		private CancelScope.@Nullable Registration registration;

		Scoped(Source source, Call call, CancelScope scope) {
			super(source);
			this.call = call;
			this.scope = scope;
		}

		@Override
		public long read(Buffer sink, long count) throws IOException {
			if (this.registration == null) {
				this.registration = this.scope.onCancel(this.call::cancel);
			}
			this.scope.check();
			try {
				long read = super.read(sink, count);
				if (read < 0) {
					this.scope.check();
					end();
				}
				return read;
			}
			catch (IOException ex) {
				if (this.scope.isCancelled()) {
					throw ScopeFailures.attach(this.scope.exception(), ex);
				}
				throw ex;
			}
		}

		@Override
		public void close() throws IOException {
			try {
				super.close();
			}
			finally {
				end();
			}
		}

		private void end() {
			CancelScope.Registration registration = this.registration;
			if (registration != null) {
				registration.close();
			}
		}

	}

}
