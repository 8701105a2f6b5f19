package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A response that can be closed to those that write it. A write is then refused by an
 * exception; a change of the status or of a header has no effect.
 */
class GatedResponse extends HttpServletResponseWrapper {

	private final ResponseGate gate;

	private final FilterAnswers answers;

	private @Nullable ServletOutputStream stream;

	private @Nullable PrintWriter writer;

	GatedResponse(HttpServletResponse response, ResponseGate gate, FilterAnswers answers) {
		super(response);
		this.gate = gate;
		this.answers = answers;
	}

	/** A late producer must not have it: the error page could not get the writer then. */
	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		begin();
		this.gate.enter();
		try {
			ServletOutputStream original = super.getOutputStream();
			ServletOutputStream gated = this.stream;
			if (gated == null) {
				gated = new GatedOutputStream(original, this.gate);
				this.stream = gated;
			}
			return gated;
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		begin();
		this.gate.enter();
		try {
			PrintWriter original = super.getWriter();
			PrintWriter gated = this.writer;
			if (gated == null) {
				gated = new GatedWriter(original, this.gate);
				this.writer = gated;
			}
			return gated;
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public void flushBuffer() throws IOException {
		begin();
		write(super::flushBuffer);
	}

	@Override
	public void reset() {
		status(SC_OK);
		this.gate.enter();
		try {
			super.reset();
			this.stream = null;
			this.writer = null;
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public void resetBuffer() {
		this.gate.enter();
		try {
			super.resetBuffer();
		}
		finally {
			this.gate.exit();
		}
	}

	@Override
	public void sendError(int status, String message) throws IOException {
		answer(status);
		write(() -> super.sendError(status, message));
	}

	@Override
	public void sendError(int status) throws IOException {
		answer(status);
		write(() -> super.sendError(status));
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		answer(SC_FOUND);
		write(() -> super.sendRedirect(location));
	}

	@Override
	public void sendRedirect(String location, int status) throws IOException {
		answer(status);
		write(() -> super.sendRedirect(location, status));
	}

	@Override
	public void sendRedirect(String location, boolean clearBuffer) throws IOException {
		answer(SC_FOUND);
		write(() -> super.sendRedirect(location, clearBuffer));
	}

	@Override
	public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
		answer(status);
		write(() -> super.sendRedirect(location, status, clearBuffer));
	}

	@Override
	public void setStatus(int status) {
		status(status);
		change(() -> super.setStatus(status));
	}

	@Override
	public void addCookie(Cookie cookie) {
		change(() -> super.addCookie(cookie));
	}

	@Override
	public void setDateHeader(String name, long date) {
		change(() -> super.setDateHeader(name, date));
	}

	@Override
	public void addDateHeader(String name, long date) {
		change(() -> super.addDateHeader(name, date));
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		change(() -> super.setHeader(name, value));
	}

	@Override
	public void addHeader(String name, String value) {
		change(() -> super.addHeader(name, value));
	}

	@Override
	public void setIntHeader(String name, int value) {
		change(() -> super.setIntHeader(name, value));
	}

	@Override
	public void addIntHeader(String name, int value) {
		change(() -> super.addIntHeader(name, value));
	}

	@Override
	public void setTrailerFields(Supplier<Map<String, String>> supplier) {
		change(() -> super.setTrailerFields(supplier));
	}

	@Override
	public void setCharacterEncoding(String encoding) {
		change(() -> super.setCharacterEncoding(encoding));
	}

	@Override
	public void setCharacterEncoding(Charset encoding) {
		change(() -> super.setCharacterEncoding(encoding));
	}

	@Override
	public void setContentLength(int length) {
		change(() -> super.setContentLength(length));
	}

	@Override
	public void setContentLengthLong(long length) {
		change(() -> super.setContentLengthLong(length));
	}

	@Override
	public void setContentType(@Nullable String type) {
		change(() -> super.setContentType(type));
	}

	@Override
	public void setBufferSize(int size) {
		change(() -> super.setBufferSize(size));
	}

	@Override
	public void setLocale(Locale locale) {
		change(() -> super.setLocale(locale));
	}

	/** Then nobody else can get the stream, unless all is reset. */
	boolean hasWriter() {
		return this.writer != null;
	}

	private void begin() {
		if (this.gate.isLentHere()) {
			this.answers.write();
		}
	}

	private void status(int status) {
		if (this.gate.isLentHere()) {
			this.answers.status(status);
		}
	}

	private void answer(int status) {
		if (this.gate.isLentHere()) {
			this.answers.answer(status);
		}
	}

	private void write(GatedOutputStream.Write write) throws IOException {
		this.gate.enter();
		try {
			write.run();
		}
		finally {
			this.gate.exit();
		}
	}

	private void change(Runnable change) {
		if (this.gate.tryEnter()) {
			try {
				change.run();
			}
			finally {
				this.gate.exit();
			}
		}
	}

}
