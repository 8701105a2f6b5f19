package io.cancelscope.demo;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The actuator of the trip desk: the page links to it, it cancels, and only this machine
 * reaches it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(120)
class ActuatorTests {

	private static final Pattern LINK = Pattern.compile("href=\"(actuator/[^\"]+)\"");

	private final HttpClient http = HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build();

	@LocalServerPort
	private int port;

	@LocalManagementPort
	private int actuator;

	@Test
	void linksOfThePageLeadToTheActuator() throws Exception {
		String page = get(this.port, "/").body();
		List<String> links = LINK.matcher(page).results().map((link) -> link.group(1)).toList();

		assertThat(links).hasSizeGreaterThan(4);
		for (String link : links) {
			HttpResponse<String> answer = get(this.port, "/" + link);
			assertThat(answer.statusCode()).as(link).isEqualTo(200);
			assertThat(answer.uri().getPort()).isEqualTo(this.actuator);
		}
	}

	@Test
	void linkThatIsNoneLeadsNowhere() throws Exception {
		assertThat(get(this.port, "/actuator/env").statusCode()).isEqualTo(404);
		assertThat(get(this.port, "/actuator/metrics/a%0d%0ab").statusCode()).isEqualTo(404);
		assertThat(get(this.actuator, "/actuator/env").statusCode()).isEqualTo(404);
	}

	@Test
	void operatorCancelsASearchFromThisMachine() throws Exception {
		ExecutorService traveller = Executors.newSingleThreadExecutor();
		try {
			CompletableFuture<Desk.Answer> answer = CompletableFuture.supplyAsync(
					() -> new Desk(this.port).quotes("budget=10s&suppliers=eos:hanging&mode=all-or-nothing"),
					traveller);
			String search = Awaitility.await().until(this::openSearch, Optional::isPresent).orElseThrow();

			HttpResponse<String> cancelled = this.http.send(HttpRequest
				.newBuilder(URI.create("http://127.0.0.1:" + this.actuator + "/actuator/cancelscopes/" + search))
				.DELETE()
				.build(), BodyHandlers.ofString());

			assertThat(cancelled.statusCode()).isEqualTo(200);
			assertThat(answer.get(60, TimeUnit.SECONDS).body()).contains("cancelled by actuator");
		}
		finally {
			traveller.shutdownNow();
		}
	}

	@Test
	void otherMachinesDoNotReachTheActuator() throws Exception {
		Optional<InetAddress> outside = NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress())
			.filter((address) -> connects(address, this.port))
			.findFirst();
		assumeThat(outside).as("an address at which other machines reach the trip desk").isPresent();

		assertThatIOException().isThrownBy(() -> connect(outside.orElseThrow(), this.actuator));
	}

	private Optional<String> openSearch() throws IOException, InterruptedException {
		String scopes = get(this.actuator, "/actuator/cancelscopes").body();
		return JsonPath.<List<String>>read(scopes, "$.scopes[?(@.name=='GET /quotes')].id").stream().findFirst();
	}

	private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
		return this.http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
				BodyHandlers.ofString());
	}

	private static boolean connects(InetAddress address, int port) {
		try {
			connect(address, port);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void connect(InetAddress address, int port) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(address, port), 10_000);
		}
	}

}
