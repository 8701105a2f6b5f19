package io.cancelscope.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;

/**
 * Talks to a running trip desk over HTTP.
 */
public final class Desk {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String home;

	public Desk(int port) {
		this.home = "http://localhost:" + port;
	}

	public Answer get(String path) {
		return send("GET", path, "");
	}

	/** Asks for quotes from Oslo to Lisbon. */
	public Answer quotes(String parameters) {
		return get("/quotes?from=OSL&to=LIS&" + parameters);
	}

	public Answer send(String method, String path, String body) {
		return sendAs(method, path, "Content-Type", "application/json", body);
	}

	/** With a header, instead of the one that says that the body is JSON. */
	public Answer sendAs(String method, String path, String header, String value, String body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.home + path))
			.header(header, value)
			.method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
			.build();
		long started = System.nanoTime();
		try {
			HttpResponse<String> response = this.http.send(request, BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.headers().firstValue("Content-Type").orElse(""),
					response.body(), Duration.ofNanos(System.nanoTime() - started));
		}
		catch (IOException ex) {
			throw new IllegalStateException(method + " " + path + " got no answer", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/**
	 * What came back.
	 */
	public record Answer(int status, String contentType, String body, Duration took) {

		public <T> T read(String path) {
			return JsonPath.read(this.body, path);
		}

		/** What the answer says about a supplier. */
		public String status(String supplier) {
			return JsonPath.<List<String>>read(this.body, "$.suppliers[?(@.name=='" + supplier + "')].status").get(0);
		}

	}

}
