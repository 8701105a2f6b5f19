package io.cancelscope.demo.supplier;

import java.util.List;

import io.cancelscope.demo.Desk;
import io.cancelscope.demo.Desk.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Suppliers behave as they are told.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class SupplierTests {

	private Desk desk;

	@BeforeEach
	void open(@LocalServerPort int port) {
		this.desk = new Desk(port);
	}

	@AfterEach
	void reset() {
		this.desk.send("DELETE", "/suppliers/aurora", "");
	}

	@Test
	void allAreListedWithTheirLatencies() {
		Answer answer = this.desk.get("/suppliers");

		assertThat(answer.<List<String>>read("$[*].name")).containsExactly("aurora", "borealis", "cumulus", "delta",
				"eos");
		assertThat(answer.<List<String>>read("$[*].latency")).containsExactly("40ms", "90ms", "300ms", "550ms",
				"2000ms");
	}

	@Test
	void faresComeFromTheDatabase() {
		Answer answer = this.desk.get("/suppliers/aurora/fares?from=OSL&to=LIS");

		assertThat(answer.<List<String>>read("$[*].departure")).containsExactly("19:15:00", "06:40:00");
		assertThat(answer.<List<Double>>read("$[*].price")).containsExactly(262.81, 292.01);
	}

	@Test
	void oneThatIsToldToFailFailsUntilItIsReset() {
		Answer told = this.desk.send("POST", "/suppliers/Aurora", "{\"behaviour\": \"failing\", \"latency\": \"5ms\"}");
		assertThat(told.status()).isEqualTo(200);
		assertThat(told.<String>read("$.behaviour")).isEqualTo("failing");
		assertThat(told.<String>read("$.latency")).isEqualTo("5ms");

		assertThat(this.desk.get("/suppliers/aurora/fares?from=OSL&to=LIS").status()).isEqualTo(503);
		assertThat(this.desk.quotes("budget=10s&suppliers=eos:fast").status("aurora")).isEqualTo("failed");

		this.desk.send("DELETE", "/suppliers/aurora", "");
		assertThat(this.desk.get("/suppliers/aurora/fares?from=OSL&to=LIS").status()).isEqualTo(200);
	}

	@Test
	void latencyIsTheUsualOneUnlessTold() {
		Answer told = this.desk.send("PUT", "/suppliers/aurora", "{\"behaviour\": \"slow\"}");

		assertThat(told.<String>read("$.latency")).isEqualTo("2000ms");
	}

}
