package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.aop.framework.ProxyFactory;

/**
 * The properties as an application has them that sets none, or one.
 */
final class JdbcSettings {

	private JdbcSettings() {
	}

	static CancelScopeJdbcProperties defaults() {
		return abortAfter(Duration.ofSeconds(5));
	}

	static CancelScopeJdbcProperties abortAfter(Duration abortAfter) {
		return settings(abortAfter, false);
	}

	static CancelScopeJdbcProperties serverTimeout() {
		return settings(Duration.ofMinutes(1), true);
	}

	private static CancelScopeJdbcProperties settings(Duration abortAfter, boolean serverTimeout) {
		return new CancelScopeJdbcProperties(true, Set.of(), abortAfter, true, Duration.ofSeconds(5), Set.of(), true,
				serverTimeout);
	}

	/** The proxy in front of a data source that an application gets. */
	@SuppressWarnings("unchecked")
	static <T extends DataSource> T watched(T raw, CancelScopeJdbcProperties properties) {
		ProxyFactory proxy = new ProxyFactory(raw);
		proxy.setProxyTargetClass(true);
		proxy.addAdvice(new ConnectionInterceptor(() -> properties));
		return (T) proxy.getProxy();
	}

}
