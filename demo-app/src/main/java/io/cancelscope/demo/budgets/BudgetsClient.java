package io.cancelscope.demo.budgets;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Asks the endpoint {@code cancelbudgets} of this desk, over HTTP, as an operator does.
 */
@Component
class BudgetsClient {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final HttpClient http = HttpClient.newHttpClient();

	private final Environment environment;

	private final EndpointAccessResolver access;

	private final JsonMapper json;

	BudgetsClient(Environment environment, EndpointAccessResolver access, JsonMapper json) {
		this.environment = environment;
		this.access = access;
		this.json = json;
	}

	/** The budgets, and whether they can be changed. */
	ResponseEntity<String> budgets() {
		ResponseEntity<String> answer = send("GET", null, BodyPublishers.noBody());
		return answer.getStatusCode().is2xxSuccessful()
				? answered(200, "{\"writable\":" + isWritable() + ",\"budgets\":" + answer.getBody() + "}") : answer;
	}

	private boolean isWritable() {
		return this.access.accessFor(EndpointId.of("cancelbudgets"), Access.READ_ONLY) == Access.UNRESTRICTED;
	}

	ResponseEntity<String> change(@Nullable String name, Map<String, String> change) {
		return send("POST", name, BodyPublishers.ofString(this.json.writeValueAsString(change)));
	}

	ResponseEntity<String> changeBack(@Nullable String name) {
		return send("DELETE", name, BodyPublishers.noBody());
	}

	private ResponseEntity<String> send(String method, @Nullable String name, BodyPublisher body) {
		HttpRequest request = HttpRequest.newBuilder(endpoint(name))
			.timeout(PATIENCE)
			.header("Content-Type", MediaType.APPLICATION_JSON_VALUE)
			.header("Accept", MediaType.APPLICATION_JSON_VALUE)
			.method(method, body)
			.build();
		try {
			HttpResponse<String> response = this.http.send(request, BodyHandlers.ofString());
			return answered(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new IllegalStateException("The endpoint cancelbudgets of this desk does not answer", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/** The slashes of a name are those of the path; whatever else it has is escaped. */
	private URI endpoint(@Nullable String name) {
		Integer port = this.environment.getProperty("local.management.port", Integer.class,
				this.environment.getRequiredProperty("local.server.port", Integer.class));
		UriComponentsBuilder builder = UriComponentsBuilder
			.fromUriString("http://127.0.0.1:" + port + "/actuator/cancelbudgets");
		if (name != null) {
			builder.pathSegment(name.split("/", -1));
		}
		return builder.build().encode().toUri();
	}

	private static ResponseEntity<String> answered(int status, String body) {
		return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
	}

}
