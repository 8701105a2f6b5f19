package io.cancelscope.demo.audit;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.demo.Desk;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The audit trail has a row for every request, whatever became of it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class AuditTests {

	@Autowired
	private AuditTrail trail;

	@Autowired
	private CancelScopes scopes;

	@LocalServerPort
	private int port;

	@Test
	void rowOfACancelledRequestIsThere() {
		Desk desk = new Desk(this.port);
		assertThat(desk.get("/quotes?from=KEF&to=ATH&budget=1ms&suppliers=aurora:hanging").status()).isEqualTo(504);

		List<Map<String, Object>> rows = desk.get("/audit").read("$[?(@.route=='KEF-ATH')]");

		assertThat(rows).hasSize(1);
		assertThat(rows.get(0)).containsEntry("cancelled", true).containsEntry("budgetMs", 1);
		// The millisecond may be over before the first of the five is asked.
		assertThat(rows.get(0).get("outcome")).asString()
			.matches("0 of [05] answered; stopped: the budget of 1ms is used up");
	}

	@Test
	void rowSaysWhichSupplierStoppedTheOthers() {
		Desk desk = new Desk(this.port);
		desk.get("/quotes?from=ATH&to=VIE&budget=10s&suppliers=aurora:failing&mode=all-or-nothing");

		assertThat(desk.get("/audit").<List<String>>read("$[?(@.route=='ATH-VIE')].outcome")).singleElement()
			.asString()
			.endsWith(" of 5 answered; stopped: aurora answered 503, aurora is closed for repairs");
	}

	@Test
	void rowIsWrittenInACancelledScopeThanksToTheShield() {
		this.scopes.run(ScopeOptions.named("request"), (request) -> {
			request.cancel("enough");
			this.trail.write(new AuditEntry(OffsetDateTime.now(), "VIE-DUB", "best", 1, 1, true, "stopped"));
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(request::check);
		});

		assertThat(this.trail.last(20)).extracting(AuditEntry::route).contains("VIE-DUB");
	}

	@Test
	void rowOfARefusedRequestIsNot() {
		Desk desk = new Desk(this.port);

		desk.get("/quotes?from=PRG&to=DUB&budget=0s");

		assertThat(desk.get("/audit").<List<Object>>read("$[?(@.route=='PRG-DUB')]")).isEmpty();
	}

}
