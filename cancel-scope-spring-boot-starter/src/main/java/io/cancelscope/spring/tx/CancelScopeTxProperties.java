package io.cancelscope.spring.tx;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code cancel-scope.tx.*}.
 *
 * @param enabled Whether transactions take scopes into account.
 * @param checkBeforeCommit Whether to roll a transaction back, instead of committing it,
 * if its scope is cancelled.
 */
@ConfigurationProperties("cancel-scope.tx")
public record CancelScopeTxProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("true") boolean checkBeforeCommit) {

}
