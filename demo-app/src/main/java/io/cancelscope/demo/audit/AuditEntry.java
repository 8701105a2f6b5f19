package io.cancelscope.demo.audit;

import java.time.OffsetDateTime;

/**
 * What became of a request.
 *
 * @param at when it ended
 * @param route from where to where
 * @param mode best or all-or-nothing
 * @param budgetMs how long it might take
 * @param elapsedMs how long it took
 * @param cancelled whether its scope was cancelled when this was written
 * @param outcome what came of it, for people
 */
public record AuditEntry(OffsetDateTime at, String route, String mode, long budgetMs, long elapsedMs, boolean cancelled,
		String outcome) {

}
