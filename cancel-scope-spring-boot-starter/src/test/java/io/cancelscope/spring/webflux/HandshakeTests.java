package io.cancelscope.spring.webflux;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.server.PathContainer;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The handshake of a WebSocket ends before its session begins.
 */
class HandshakeTests {

	private static final Map<String, String> PROPERTIES = Map.of("cancel-scope.requires[GET /**]", "auto",
			"cancel-scope.web.trust-headers", "always");

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final RequestScopes requests = new RequestScopes(this.scopes, this.time,
			SettingsFixture.inFile(PROPERTIES).settings(), new Binder(new MapConfigurationPropertySource(PROPERTIES))
				.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class),
			Stream::empty, (header) -> {
			});

	/** The filter closes the scope once more, when the session is over. */
	@Test
	void sessionIsNoPartOfTheUsualTimeOfItsHandshake() {
		for (int i = 0; i < 20; i++) {
			RequestScope request = open();
			Handshake handshake = Objects
				.requireNonNull(Handshake.of(MockServerHttpRequest.get("/chat").header("Upgrade", "websocket").build(),
						request, CancelScope.current(), ServerConnection.of(new MockServerHttpResponse())));
			this.time.advance(Duration.ofMillis(300));
			handshake.end().block();
			assertThat(request.scope().details().closed()).isTrue();
			this.time.advance(Duration.ofSeconds(2));
			request.close();
		}

		RequestScope begun = open("1S");
		assertThat(begun.isTooLateToBegin()).isFalse();
		begun.close();
		RequestScope refused = open("299m");
		assertThat(refused.isTooLateToBegin()).isTrue();
		refused.close();
	}

	private RequestScope open(String... left) {
		return this.requests.open("GET", PathContainer.parsePath("/chat"),
				(header) -> header.equals("grpc-timeout") ? List.of(left) : List.of(), () -> null);
	}

}
