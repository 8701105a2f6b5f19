package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.LogLines;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * No header shortens a budget unless that was asked for, whoever sends it and whatever it
 * says.
 */
class TrustedHeadersTests {

	private static final String TRUST = "cancel-scope.web.trust-headers";

	private static final String PROXIES = "cancel-scope.web.trusted-proxies";

	private static final Map<String, List<String>> SENT = Map.of("grpc-timeout", List.of("250m"),
			"x-envoy-expected-rq-timeout-ms", List.of("15000"));

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final AtomicInteger ignored = new AtomicInteger();

	private final LogLines log = new LogLines();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void headersAreNotBelievedUnlessAskedFor() {
		assertThat(budget(Map.of(), SENT, "127.0.0.1")).isNull();
		assertThat(budget(Map.of("cancel-scope.web.timeout", "2s"), SENT, "127.0.0.1"))
			.isEqualTo(Duration.ofSeconds(2));
		assertThat(budget(Map.of(TRUST, "never"), Map.of("grpc-timeout", List.of("x")), "127.0.0.1")).isNull();
		assertThat(this.ignored).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "always", "ALWAYS", " Always " })
	void everybodysHeadersAreBelievedIfAskedFor(String always) {
		assertThat(budget(Map.of(TRUST, always), SENT, null)).isEqualTo(Duration.ofMillis(250));
	}

	@ParameterizedTest
	@CsvSource({ "10.1.2.3, true", "172.16.0.1, true", "192.168.1.1, true", "100.64.0.1, true", "169.254.1.1, true",
			"127.0.0.1, true", "::1, true", "fe80::1, true", "fd12::1, true", "203.0.113.9, false", "172.32.0.1, false",
			"2001:db8::1, false" })
	void proxiesOfPrivateNetworksAreBelievedUnlessNamed(String peer, boolean believed) {
		assertThat(budget(Map.of(TRUST, "from-proxies"), SENT, peer))
			.isEqualTo(believed ? Duration.ofMillis(250) : null);
	}

	@ParameterizedTest
	@ValueSource(strings = { "from-proxies", "FROM_PROXIES", "from_proxies" })
	void onlyNamedProxiesAreBelieved(String fromProxies) {
		Map<String, String> properties = Map.of(TRUST, fromProxies, PROXIES, "10.1.2.3, 2001:db8::/32");

		assertThat(budget(properties, SENT, "10.1.2.3")).isEqualTo(Duration.ofMillis(250));
		assertThat(budget(properties, SENT, "2001:db8::7")).isEqualTo(Duration.ofMillis(250));
		assertThat(budget(properties, SENT, "10.1.2.4")).isNull();
		assertThat(budget(properties, SENT, "127.0.0.1")).isNull();
	}

	@Test
	void strangerIsReportedOnceWithTheProperty() {
		RequestScopes requests = requests(Map.of(TRUST, "from-proxies"));

		for (int i = 0; i < 100; i++) {
			assertThat(budget(requests, SENT, "203.0.113.9")).isNull();
		}

		assertThat(ignoredHeaders()).singleElement()
			.asString()
			.contains("INFO Ignored the header 'x-envoy-expected-rq-timeout-ms'",
					" of a request from 203.0.113.9, which is not in cancel-scope.web.trusted-proxies.");
	}

	@Test
	void unknownPeerIsAStrangerAndReported() {
		assertThat(budget(Map.of(TRUST, "from-proxies", PROXIES, "0.0.0.0/0, ::/0"), SENT, null)).isNull();

		assertThat(ignoredHeaders()).singleElement()
			.asString()
			.startsWith("WARN Ignored the header")
			.contains("does not report the address of the other end of a connection")
			.contains("'always' or 'never'");
	}

	@Test
	void peerIsNotLookedForWithoutAHeader() {
		RequestScope request = requests(Map.of(TRUST, "from-proxies")).open("GET", PathContainer.parsePath("/"),
				(header) -> List.of(), () -> {
					throw new AssertionError("looked for");
				});
		request.scope().close();
	}

	static Stream<String> hostileValues() {
		return Stream.of("100000000000000000000", "100000000000000000000S", "100000000000000000000m", "-1", "-1S",
				"-250m", "250m, 100m", "250,100", "٢٥٠", "٢٥٠m", "２５０m", "0", "0m", "", "   ", "1e3", "250ms\r\n",
				"250\u0000", "9".repeat(1_000_000), "9".repeat(1_000_000) + "m", " ".repeat(1_000_000),
				"m".repeat(1_000_000), "250m\u2028", "+250m", "0x10", "½", "∞", "1.5", "%32%35%30", "${grpc.timeout}");
	}

	@ParameterizedTest
	@MethodSource("hostileValues")
	void hostileValueOfEachKindOfHeaderChangesNothing(String value) {
		Map<String, String> properties = Map.of(TRUST, "always", "cancel-scope.web.timeout", "2s",
				"cancel-scope.web.headers", "grpc-timeout, x-envoy-expected-rq-timeout-ms, X-Budget=seconds");

		assertThat(List.of("grpc-timeout", "x-envoy-expected-rq-timeout-ms", "X-Budget"))
			.allSatisfy((header) -> assertThat(budget(properties, Map.of(header, List.of(value)), null)).as(header)
				.isEqualTo(Duration.ofSeconds(2)));
		assertThat(this.ignored).hasValue(3);
	}

	@Test
	void twoOfAKindAreReadAndTheShorterCounts() {
		Map<String, String> properties = Map.of(TRUST, "always");

		assertThat(budget(properties, Map.of("grpc-timeout", List.of("2S", "250m")), null))
			.isEqualTo(Duration.ofMillis(250));
		assertThat(budget(properties, Map.of("grpc-timeout", List.of("-2S", "250m")), null))
			.isEqualTo(Duration.ofMillis(250));
		assertThat(this.ignored).hasValue(1);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", textBlock = """
			1n,        PT0.1S, 'header grpc-timeout of the caller, raised to cancel-scope.web.min-timeout'
			99m,       PT0.1S, 'header grpc-timeout of the caller, raised to cancel-scope.web.min-timeout'
			100m,      PT0.1S, header grpc-timeout of the caller
			1999m,     PT1.999S, header grpc-timeout of the caller
			2S,        PT2S,   -
			99999999H, PT2S,   -
			""")
	void headerThatSetTheLimitIsNamed(String value, Duration budget, @Nullable String source) {
		RequestScope request = open(requests(Map.of(TRUST, "always", "cancel-scope.web.timeout", "2s")),
				Map.of("grpc-timeout", List.of(value)), null);

		assertThat(request.scope().remaining()).contains(budget);
		assertThat(request.scope().details().budgetSource()).isEqualTo(source);
		request.scope().close();
	}

	/** Properties are nothing for strangers. */
	@Test
	void answerNamesTheHeaderAlone() {
		RequestScope request = open(requests(Map.of(TRUST, "always")), Map.of("grpc-timeout", List.of("1n")), null);
		this.time.advance(Duration.ofMillis(100));
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(request.exception());

		assertThat(request.answerTo(Objects.requireNonNull(cancellation)).getBody().getProperties())
			.containsEntry("limit", "header grpc-timeout");
		request.scope().close();
	}

	@Test
	void headerThatAsksForTooMuchIsNamedWithTheCap() {
		RequestScope request = open(requests(Map.of(TRUST, "always", "cancel-scope.web.max-timeout", "3s")),
				Map.of("grpc-timeout", List.of("99999999H")), null);

		assertThat(request.scope().remaining()).contains(Duration.ofSeconds(3));
		assertThat(request.scope().details().budgetSource())
			.isEqualTo("header grpc-timeout of the caller, lowered to cancel-scope.web.max-timeout");
		request.scope().close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			trust-headers   | true             | Give 'always' (trusts the headers of every caller), 'from-proxies'
			trust-headers   | false            | or 'never'.
			trust-headers   | proxies          | The value is unknown. Give 'always'
			trust-headers   | ''               | The value is unknown. Give 'always'
			trusted-proxies | proxy.local      | Host names are not resolved.
			trusted-proxies | 10.0.0.1/8       | Give the block '10.0.0.0/8' or the single address '10.0.0.1'.
			trusted-proxies | 10\\.\\d+\\.\\d+\\.1 | The value is neither an IP address nor a CIDR block.
			""")
	void wrongValueIsRefusedWithWhatToWrite(String property, String value, String problem) {
		assertThatException().isThrownBy(() -> requests(Map.of("cancel-scope.web." + property, value)))
			.havingRootCause()
			.withMessageStartingWith(
					"Property cancel-scope.web." + property + " with value '" + value + "' is invalid: ")
			.withMessageContaining(problem);
	}

	@Test
	void emptyListOfProxiesIsRefusedWhereItCounts() {
		assertThatException().isThrownBy(() -> requests(Map.of(TRUST, "from-proxies", PROXIES, "")))
			.havingRootCause()
			.withMessageContaining("Add the addresses of the proxies, or set cancel-scope.web.trust-headers");
		assertThat(requests(Map.of(PROXIES, ""))).isNotNull();
	}

	private List<String> ignoredHeaders() {
		return this.log.lines().stream().filter((line) -> line.contains("Ignored the header")).toList();
	}

	private @Nullable Duration budget(Map<String, String> properties, Map<String, List<String>> headers,
			@Nullable String peer) {
		return budget(requests(properties), headers, peer);
	}

	private static @Nullable Duration budget(RequestScopes requests, Map<String, List<String>> headers,
			@Nullable String peer) {
		RequestScope request = open(requests, headers, peer);
		Duration budget = request.scope().remaining().orElse(null);
		request.scope().close();
		return budget;
	}

	private static RequestScope open(RequestScopes requests, Map<String, List<String>> headers, @Nullable String peer) {
		return requests.open("GET", PathContainer.parsePath("/quotes"),
				(header) -> headers.getOrDefault(header, List.of()), () -> address(peer));
	}

	private static @Nullable InetAddress address(@Nullable String peer) {
		try {
			return (peer != null) ? InetAddress.getByName(peer) : null;
		}
		catch (UnknownHostException ex) {
			throw new AssertionError(ex);
		}
	}

	private RequestScopes requests(Map<String, String> properties) {
		Binder binder = new Binder(new MapConfigurationPropertySource(new HashMap<>(properties)));
		return new RequestScopes(this.scopes, this.time, SettingsFixture.inFile(properties).settings(),
				binder.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class), Stream::empty,
				(header) -> this.ignored.incrementAndGet());
	}

}
