package io.cancelscope.demo.quote;

import java.util.List;

import io.cancelscope.demo.supplier.Fare;

/**
 * What is answered to a request for quotes.
 *
 * @param from where the trip begins
 * @param to where it ends
 * @param mode best or all-or-nothing
 * @param budget how long the answer might take
 * @param elapsed how long it took
 * @param complete whether all suppliers answered
 * @param quotes the best fares that came in time, the cheapest first
 * @param suppliers what became of asking each supplier
 */
record QuoteAnswer(String from, String to, String mode, String budget, String elapsed, boolean complete,
		List<Fare> quotes, List<SupplierReport> suppliers) {

}
