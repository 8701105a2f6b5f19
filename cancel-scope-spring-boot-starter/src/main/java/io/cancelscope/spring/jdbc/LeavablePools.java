package io.cancelscope.spring.jdbc;

import java.util.Set;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;

/**
 * The pools that may be asked for a connection on another thread than the caller's. Those
 * are known not to look at the thread. Subclasses, wrappers and other advice may: they
 * choose by tenant, enlist in a transaction, or remember who asked.
 */
final class LeavablePools {

	private static final String HIKARI = "com.zaxxer.hikari.HikariDataSource";

	private static final Set<String> TYPES = Set.of(HIKARI, "org.apache.commons.dbcp2.BasicDataSource",
			"org.apache.tomcat.jdbc.pool.DataSource");

	private LeavablePools() {
	}

	/** Whether it can be left, and may keep a thread that can't be interrupted. */
	static boolean canBeLeft(MethodInvocation invocation) {
		Object pool = invocation.getThis();
		return pool != null && TYPES.contains(pool.getClass().getName()) && isTheOnlyAdvice(invocation)
				&& (!pool.getClass().getName().equals(HIKARI) || Hikari.mayAskTheDatabase(pool));
	}

	private static boolean isTheOnlyAdvice(MethodInvocation invocation) {
		return invocation instanceof ProxyMethodInvocation call && call.getProxy() instanceof Advised proxy
				&& proxy.getAdvisorCount() == 1;
	}

	/** Its own class, since the library may not be there. */
	private static final class Hikari {

		/**
		 * It asks about connections that have been idle for a while. One that is handed
		 * over to a thread that waits is fresh. Its search for leaks wants to see who
		 * asked, so it is not sent to another thread then.
		 */
		static boolean mayAskTheDatabase(Object dataSource) {
			HikariDataSource hikari = (HikariDataSource) dataSource;
			if (hikari.getLeakDetectionThreshold() > 0) {
				return false;
			}
			@Nullable HikariPoolMXBean pool = hikari.getHikariPoolMXBean();
			return pool == null || pool.getIdleConnections() > 0;
		}

	}

}
