package io.cancelscope.demo.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.cancelscope.demo.quote.Budget;
import io.cancelscope.demo.supplier.Behaviour;
import io.cancelscope.demo.supplier.Setting;

/**
 * What a person on the page asked for.
 *
 * @param budget how long the search may take
 * @param suppliers how each supplier shall behave
 * @param history how the query for the usual price shall behave
 * @param shield whether the archive is written whatever happens
 * @param bubble whether the first failure stops everything
 */
record Order(Duration budget, Map<String, Setting> suppliers, Behaviour history, boolean shield, boolean bubble) {

	/** Understands the parameters of a request; what is left out is the usual. */
	static Order of(Map<String, String> asked, List<String> suppliers) {
		Map<String, Setting> settings = new TreeMap<>();
		for (String supplier : suppliers) {
			settings.put(supplier, Setting.of(asked.getOrDefault(supplier, "fast"), null));
		}
		return new Order(Budget.parse(asked.get("budget")), settings,
				Behaviour.of(asked.getOrDefault("history", "fast")), Boolean.parseBoolean(asked.get("shield")),
				Boolean.parseBoolean(asked.get("bubble")));
	}

	/** Returns what is to be asked: the suppliers, and the database for the history. */
	List<String> names() {
		List<String> names = new ArrayList<>(this.suppliers.keySet());
		names.add(Errand.HISTORY);
		return names;
	}

}
