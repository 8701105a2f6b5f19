package io.cancelscope.spring.r2dbc;

import io.r2dbc.spi.Wrapped;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ProxyHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The proxies that a native image has to have.
 */
final class R2dbcRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		ProxyHints proxies = hints.proxies();
		for (Class<?> type : InterfaceProxies.TYPES) {
			proxies.registerJdkProxy(type).registerJdkProxy(type, Wrapped.class);
		}
	}

}
