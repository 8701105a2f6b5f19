package io.cancelscope.spring.logging;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.OpenScope;
import org.slf4j.MDC;

/**
 * Keeps the name of the current scope in the logging context of each thread. It never
 * remembers anything: whenever something changes on a thread, that thread's context gets
 * the name of what is current there now.
 */
final class MdcScopeListener implements CancelScopeListener {

	static final String KEY = "cancelScope";

	@Override
	public void opened(CancelScope scope) {
		show(CancelScope.current());
	}

	@Override
	public void currentChanged(CancelScope current) {
		show(current);
	}

	@Override
	public void closed(CancelScope scope) {
		show(CancelScope.current());
	}

	private static void show(CancelScope current) {
		if (current instanceof OpenScope) {
			MDC.put(KEY, current.name());
		}
		else {
			MDC.remove(KEY); // the root, the only scope that nobody opens
		}
	}

}
