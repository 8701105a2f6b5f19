package io.cancelscope.demo.problem;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import io.cancelscope.demo.Desk;
import io.cancelscope.demo.Desk.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every answer that fails is a problem detail that says what would be right.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ProblemTests {

	@LocalServerPort
	private int port;

	private Desk desk;

	@BeforeEach
	void open() {
		this.desk = new Desk(this.port);
	}

	@ParameterizedTest
	@ValueSource(strings = { "2%20parsecs", "-5s", "", "%20", "0s", "1ns", "11s", "9999999999999999999999s",
			"99999999999999d", "PT9999999999H", "fast", "1.5s", "800", "-800", "2s,3s", "P", "NaN", "%00" })
	void garbageBudgetIsToldWhatABudgetLooksLike(String budget) {
		Answer answer = this.desk.quotes("budget=" + budget);

		assertProblem(answer, 400);
		assertThat(answer.<String>read("$.title")).isEqualTo("Not a budget");
		assertThat(answer.<String>read("$.detail")).contains("such as 800ms or 2s").contains("from 1ms to 10s");
	}

	@ParameterizedTest
	@ValueSource(strings = { "from=XXX&to=LIS", "from=OSL&to=", "from=%F0%9F%9B%AB&to=LIS", "from=OSL'--&to=LIS" })
	void unknownAirportIsToldTheKnownOnes(String route) {
		Answer answer = this.desk.get("/quotes?" + route);

		assertProblem(answer, 404);
		assertThat(answer.<String>read("$.detail")).contains("LIS (Lisbon), OSL (Oslo)");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					/quotes?to=LIS                                        | Required parameter 'from'
					/quotes?from=OSL&to=OSL                               | needs no flight
					/quotes?from=OSL&to=LIS&mode=some                     | The modes are best and all-or-nothing
					/quotes?from=OSL&to=LIS&suppliers=zephyr:slow         | The suppliers are aurora, borealis, cumulus, delta, eos
					/quotes?from=OSL&to=LIS&suppliers=eos:sleepy          | It can be fast, slow, hanging, failing
					/quotes?from=OSL&to=LIS&suppliers=eos:slow:1%20year   | write a duration from 0ms to 30s
					/quotes?from=OSL&to=LIS&suppliers=eos:slow:31s        | write a duration from 0ms to 30s
					/quotes?from=OSL&to=LIS&suppliers=eos                 | Write name:behaviour
					/quotes?from=OSL&to=LIS&suppliers=                    | Write name:behaviour
					/suppliers/zephyr/fares?from=OSL&to=LIS               | The suppliers are
					""")
	void badRequestSaysWhatIsWrong(String path, String detail) {
		Answer answer = this.desk.get(path);

		assertProblem(answer, 400);
		assertThat(answer.<String>read("$.detail")).contains(detail);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "[]", "\"fast\"", "{}", "{\"behaviour\": 7}",
			"{\"behaviour\": \"fast\", \"latency\": \"x\"}" })
	void badChangeOfASupplierIsRefused(String body) {
		assertProblem(this.desk.send("PUT", "/suppliers/aurora", body), 400);
	}

	@Test
	void unknownPathIsNotFound() {
		assertProblem(this.desk.get("/hotels"), 404);
		assertProblem(this.desk.get("/quotes/1"), 404);
	}

	@Test
	void requestThatIsNoHttpIsToldSo() throws IOException {
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.getOutputStream()
				.write("GET /quotes?budget=2 parsecs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
					.getBytes(StandardCharsets.US_ASCII));

			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
				.startsWith("HTTP/1.1 400")
				.contains("Content-Type: application/problem+json")
				.contains("a space as %20?")
				.doesNotContain("Exception");
		}
	}

	@Test
	void wrongMethodIsNotAllowed() {
		assertProblem(this.desk.send("POST", "/quotes?from=OSL&to=LIS", "{}"), 405);
	}

	@Test
	void homePageSaysWhatToTry() {
		Answer answer = this.desk.get("/");

		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.contentType()).startsWith("text/html");
		assertThat(answer.body()).contains("quotes?from=OSL&to=LIS&budget=200ms");
	}

	private void assertProblem(Answer answer, int status) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		assertThat(answer.contentType()).isEqualTo("application/problem+json");
		assertThat(answer.<Integer>read("$.status")).isEqualTo(status);
		assertThat(answer.<String>read("$.title")).isNotBlank();
		assertThat(answer.<String>read("$.detail")).isNotBlank();
		assertThat(answer.body()).doesNotContain("Exception", "\\tat ", "trace");
	}

}
