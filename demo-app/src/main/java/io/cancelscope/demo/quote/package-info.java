/**
 * The trip desk's side: asks all suppliers at once and answers within the budget. Start
 * with {@link io.cancelscope.demo.quote.QuoteService}.
 */
@NullMarked
package io.cancelscope.demo.quote;

import org.jspecify.annotations.NullMarked;
