package io.cancelscope.demo.quote;

import java.math.BigDecimal;
import java.util.List;

import io.cancelscope.demo.supplier.Fare;
import org.jspecify.annotations.Nullable;

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
 * @param usualPrice what such a trip usually costs, if that was found in time
 * @param history what became of looking for that
 */
record QuoteAnswer(String from, String to, String mode, String budget, String elapsed, boolean complete,
		List<Fare> quotes, List<SupplierReport> suppliers, @Nullable BigDecimal usualPrice,
		@Nullable SupplierReport history) {

}
