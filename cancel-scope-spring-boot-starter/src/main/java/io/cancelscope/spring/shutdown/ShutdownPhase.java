package io.cancelscope.spring.shutdown;

import java.lang.reflect.Field;

import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.core.NativeDetector;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The phase between those in which Spring Boot lets requests complete and stops the web
 * server. Read at run time: the compiler would copy the numbers of the version that it
 * sees.
 */
final class ShutdownPhase {

	static final String WEB_SERVER = "org.springframework.boot.web.server.context.WebServerApplicationContext";

	/** Between the phases of Spring Boot 4.0 and 4.1. */
	static final int USUAL = SmartLifecycle.DEFAULT_PHASE - 1536;

	private ShutdownPhase() {
	}

	static int find(@Nullable ClassLoader classLoader) {
		if (NativeDetector.inNativeImage() || !ClassUtils.isPresent(WEB_SERVER, classLoader)) {
			return USUAL;
		}
		return between(ClassUtils.resolveClassName(WEB_SERVER, classLoader));
	}

	/** Finds the phase for a class with the constants of Spring Boot. */
	static int between(Class<?> constants) {
		Integer graceful = constant(constants, "GRACEFUL_SHUTDOWN_PHASE");
		Integer stop = constant(constants, "START_STOP_LIFECYCLE_PHASE");
		if (graceful == null || stop == null || graceful - 1 <= stop) {
			ChangedLibrary.report(constants, "phases GRACEFUL_SHUTDOWN_PHASE > START_STOP_LIFECYCLE_PHASE",
					"at shutdown, scopes may be cancelled while requests could still complete,"
							+ " or after the web server has stopped");
			return USUAL;
		}
		return stop + (graceful - stop) / 2;
	}

	private static @Nullable Integer constant(Class<?> constants, String name) {
		Field field = ReflectionUtils.findField(constants, name, int.class);
		return (field != null) ? (Integer) ReflectionUtils.getField(field, null) : null;
	}

}
