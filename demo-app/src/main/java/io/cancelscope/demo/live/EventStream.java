package io.cancelscope.demo.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.ObjectWriter;

import org.springframework.http.MediaType;

/**
 * Writes a timeline to a browser as server-sent events, as it happens.
 */
final class EventStream {

	/** Between two signs of life; a browser that has left is noticed by the second. */
	private static final long HEARTBEAT = 500;

	private final HttpServletResponse response;

	private final ObjectWriter json;

	EventStream(HttpServletResponse response, ObjectWriter json) {
		this.response = response;
		this.json = json;
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		response.setCharacterEncoding(StandardCharsets.UTF_8);
	}

	/** Sends what happens until it is over, and then until nothing is left. */
	void send(Timeline timeline, BooleanSupplier nothingLeft) throws IOException {
		boolean over = false;
		try {
			while (!over || !nothingLeft.getAsBoolean()) {
				Timeline.Happening next = timeline.next(HEARTBEAT);
				send((next != null) ? "data: " + this.json.writeValueAsString(next) + "\n\n" : ":\n\n");
				over |= next != null && next.type().equals("over");
			}
			for (Timeline.Happening last = timeline.next(0); last != null; last = timeline.next(0)) {
				send("data: " + this.json.writeValueAsString(last) + "\n\n");
			}
			send("event: end\ndata: end\n\n");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** The stream that Spring hands out keeps its flushes to itself, the response not. */
	private void send(String text) throws IOException {
		this.response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
		this.response.flushBuffer();
	}

}
