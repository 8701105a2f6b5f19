package io.cancelscope.spring.budget;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import io.cancelscope.spring.budget.BudgetDescriptor.Change;
import io.cancelscope.spring.budget.BudgetDescriptor.InForce;
import io.cancelscope.spring.budget.BudgetDescriptor.Percentiles;
import io.cancelscope.spring.budget.BudgetDescriptor.Suggested;
import io.cancelscope.spring.budget.BudgetDescriptor.WouldStop;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table, and the properties.
 */
class BudgetsTextTests {

	private static final BudgetsDescriptor BUDGETS = new BudgetsDescriptor(
			"1h", 1_000, List.of(
					new BudgetDescriptor("GET /orders/{id}", new InForce(2_000, "cancel-scope.web.timeout"), "observe",
							12_400, 12_398, 2, 7, new Percentiles(21.5, 180, 410.2, 1_900),
							new Percentiles(0.01, 0.09, 0.205, 0.95), new WouldStop(5, 2, 2),
							new Suggested(1_200.0, "p99.9 of 12,398 calls is 940ms"), List.of("no", "yes"),
							new Change(2_000.0, null, "ada", Instant.parse("2026-11-30T03:00:00Z"),
									Instant.parse("2026-11-30T03:10:00Z"), "this")),
					new BudgetDescriptor("a=b:c\\d", null, "enforce", 3, 3, 0, 0, new Percentiles(1, 1, 1, 1), null,
							null, new Suggested(20.0, "why not"), List.of(), null),
					new BudgetDescriptor("quiet", null, "enforce", 1, 0, 0, 0, null, null, null,
							new Suggested(null, "0 completed calls are too few"), List.of(), null)),
			List.of("The pool is patient"),
			new Change(null, "observe", null, Instant.parse("2026-11-30T03:00:00Z"), null, "all"));

	@Test
	void tableIsAligned() {
		List<String> lines = BudgetsText.table(BUDGETS).lines().toList();

		assertThat(lines.get(0)).startsWith("NAME              BUDGET  FROM                      MODE     CALLS");
		assertThat(lines.get(1)).startsWith("GET /orders/{id}  2s      cancel-scope.web.timeout  observe  12,400  22ms")
			.endsWith("1.2s");
		assertThat(lines.get(3)).startsWith("quiet             -       -                         enforce  1")
			.endsWith("-");
		assertThat(lines).contains("Calls of the last 1h.",
				"GET /orders/{id}: p99.9 of 12,398 calls is 940ms. Note: no. Note: yes. Note: changed by ada to"
						+ " timeout=2s, until 2026-11-30T03:10:00Z.",
				"All names: changed at run time to mode=observe, until the next start, on all nodes.",
				"Note: The pool is patient.");
		int calls = lines.get(0).indexOf("CALLS");
		assertThat(lines.subList(1, 4)).allMatch((line) -> line.charAt(calls) != ' ' && line.charAt(calls - 1) == ' ');
	}

	@Test
	void propertiesAreReadAsTheyWereMeant() throws IOException {
		Properties read = new Properties();
		read.load(new StringReader(BudgetsText.properties(BUDGETS)));

		assertThat(read).containsOnly(entry("cancel-scope.timeouts[GET /orders/{id}]", "1200ms"),
				entry("cancel-scope.timeouts[a=b:c\\d]", "20ms"));
		assertThat(BudgetsText.properties(BUDGETS)).startsWith("# All names: changed at run time to mode=observe,")
			.contains("# GET /orders/{id}: changed by ada to timeout=2s, until 2026-11-30T03:10:00Z\n");
		assertThat(BudgetsText.properties(BUDGETS)).contains("# quiet: 0 completed calls are too few\n");
	}

	private static Map.Entry<Object, Object> entry(String key, String value) {
		return Map.entry(key, value);
	}

}
