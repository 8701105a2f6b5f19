package io.cancelscope.demo.quote;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.demo.supplier.Behaviour;
import io.cancelscope.demo.supplier.Setting;

/**
 * A request for quotes, understood and found possible.
 *
 * @param from where the trip begins
 * @param to where it ends
 * @param budget how long the answer may take
 * @param mode what to do when not all suppliers answer
 * @param overrides how suppliers behave for this request, where it isn't as they are set
 * @param history how the query for the usual price behaves
 */
record QuoteRequest(String from, String to, Duration budget, Mode mode, Map<String, Setting> overrides,
		Behaviour history) {

}
