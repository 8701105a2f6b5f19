package io.cancelscope.spring.mongodb;

import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code cancel-scope.mongodb.*}.
 *
 * @param enabled Whether to end operations of MongoDB's drivers when their scope is
 * cancelled. Uses timeouts that the drivers mark as alpha.
 * @param killSessions Whether to send killSessions for a read that is running when its
 * scope is cancelled.
 * @param excludeBeans Names of MongoClient beans to exclude.
 */
@ConfigurationProperties("cancel-scope.mongodb")
public record CancelScopeMongoProperties(@DefaultValue("false") boolean enabled,
		@DefaultValue("true") boolean killSessions, @DefaultValue Set<String> excludeBeans) {

	public CancelScopeMongoProperties {
		excludeBeans = Set.copyOf(excludeBeans);
	}

	/** A scoped bean's name is that of the proxy in front of it, too. */
	boolean isExcluded(String beanName) {
		return this.excludeBeans.stream()
			.anyMatch((excluded) -> beanName.equals(excluded) || beanName.equals("scopedTarget." + excluded));
	}

}
