package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.util.List;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;

/**
 * A connection of the JDK's with the methods that Feign calls. Until the headers are
 * there, it is disconnected when the scope of its call is cancelled. The handle ends with
 * each method, before the body is read: whoever closes a body waits for the thread that
 * reads it, and afterwards the JDK gives the connection to the next call.
 * <p>
 * {@code disconnect()} leaves a connection that the next method would open again, and
 * send the request once more. So no method goes on where it has been used.
 */
final class FeignConnection extends HttpURLConnection {

	private final HttpURLConnection connection;

	private final CancelScope scope;

	FeignConnection(HttpURLConnection connection, CancelScope scope) {
		super(connection.getURL());
		this.connection = connection;
		this.scope = scope;
	}

	private <T> T stoppable(CancelScope.Operation<T, IOException> operation) throws IOException {
		RepeatedStop stop = new RepeatedStop(this.scope, this.connection::disconnect);
		T result;
		try (stop) {
			this.scope.check();
			result = this.scope.interruptibly(operation);
		}
		catch (RuntimeException ex) {
			if (stop.isUsed() && ScopeCancelledException.findIn(ex) == null) {
				throw new IOException("The call was stopped", ex); // in the middle
			}
			throw ex;
		}
		if (stop.isUsed()) {
			throw this.scope.exception();
		}
		return result;
	}

	@Override
	public void connect() throws IOException {
		stoppable((scope) -> {
			this.connection.connect();
			return scope;
		});
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new Sending(stoppable((scope) -> this.connection.getOutputStream()));
	}

	@Override
	public int getResponseCode() throws IOException {
		return stoppable((scope) -> this.connection.getResponseCode());
	}

	// From here on the headers are there.

	@Override
	public String getResponseMessage() throws IOException {
		return this.connection.getResponseMessage();
	}

	@Override
	public Map<String, List<String>> getHeaderFields() {
		return this.connection.getHeaderFields();
	}

	@Override
	public String getHeaderField(String name) {
		return this.connection.getHeaderField(name);
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return this.connection.getInputStream();
	}

	@Override
	public InputStream getErrorStream() {
		return this.connection.getErrorStream();
	}

	@Override
	public void disconnect() {
		this.connection.disconnect();
	}

	@Override
	public boolean usingProxy() {
		return this.connection.usingProxy();
	}

	// Before there is a connection.

	@Override
	public void setConnectTimeout(int timeout) {
		this.connection.setConnectTimeout(timeout);
	}

	@Override
	public void setReadTimeout(int timeout) {
		this.connection.setReadTimeout(timeout);
	}

	@Override
	public void setAllowUserInteraction(boolean allow) {
		this.connection.setAllowUserInteraction(allow);
	}

	@Override
	public void setInstanceFollowRedirects(boolean follow) {
		this.connection.setInstanceFollowRedirects(follow);
	}

	@Override
	public void setRequestMethod(String method) throws ProtocolException {
		this.connection.setRequestMethod(method);
	}

	@Override
	public String getRequestMethod() {
		return this.connection.getRequestMethod();
	}

	@Override
	public void addRequestProperty(String name, String value) {
		this.connection.addRequestProperty(name, value);
	}

	@Override
	public void setRequestProperty(String name, String value) {
		this.connection.setRequestProperty(name, value);
	}

	@Override
	public void setFixedLengthStreamingMode(int length) {
		this.connection.setFixedLengthStreamingMode(length);
	}

	@Override
	public void setFixedLengthStreamingMode(long length) {
		this.connection.setFixedLengthStreamingMode(length);
	}

	@Override
	public void setChunkedStreamingMode(int length) {
		this.connection.setChunkedStreamingMode(length);
	}

	@Override
	public void setDoOutput(boolean output) {
		this.connection.setDoOutput(output);
	}

	/** The body of the request, which blocks where the peer does not read. */
	private final class Sending extends OutputStream {

		private final OutputStream out;

		Sending(OutputStream out) {
			this.out = out;
		}

		@Override
		public void write(int one) throws IOException {
			write(new byte[] { (byte) one }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			stoppable((scope) -> {
				this.out.write(bytes, offset, length);
				return scope;
			});
		}

		@Override
		public void flush() throws IOException {
			stoppable((scope) -> {
				this.out.flush();
				return scope;
			});
		}

		@Override
		public void close() throws IOException {
			stoppable((scope) -> {
				this.out.close();
				return scope;
			});
		}

	}

}
