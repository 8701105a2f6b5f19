package io.cancelscope.spring.tx;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code cancel-scope.tx.*}.
 *
 * @param enabled Whether transactions know of scopes.
 * @param checkBeforeCommit Whether a transaction is rolled back, instead of committed, if
 * its scope has been cancelled by then.
 */
@ConfigurationProperties("cancel-scope.tx")
public record TxCancelProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("true") boolean checkBeforeCommit) {

}
