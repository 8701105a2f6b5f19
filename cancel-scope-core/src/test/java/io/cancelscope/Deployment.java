package io.cancelscope;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.cancelscope.deployed.Application;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The library, or an application that uses it, loaded once more by a class loader of its
 * own, as an application server does on each deployment.
 */
final class Deployment {

	private Deployment() {
	}

	/** The library alone, with timers and threads that nobody has used yet. */
	static ClassLoader ofTheLibrary() {
		return new URLClassLoader(folders(CancelScope.class), ClassLoader.getPlatformClassLoader());
	}

	/** The applications alone, beside a library that stays. */
	static ClassLoader ofTheApplications(ClassLoader library) {
		return new URLClassLoader(folders(Application.class), library);
	}

	/** The applications and the library in one loader, as in a WAR file. */
	static ClassLoader ofBoth() {
		return new URLClassLoader(folders(CancelScope.class, Application.class), ClassLoader.getPlatformClassLoader());
	}

	private static URL[] folders(Class<?>... examples) {
		return Stream.of(examples)
			.map((example) -> example.getProtectionDomain().getCodeSource().getLocation())
			.toArray(URL[]::new);
	}

	/** Runs one of the applications that were deployed there. */
	static void run(ClassLoader loader, Application application) throws Exception {
		Class<?> deployed = Class.forName(Application.class.getName(), true, loader);
		assertThat(deployed).isNotSameAs(Application.class);
		((Runnable) deployed.getEnumConstants()[application.ordinal()]).run();
	}

	/** Keeps the timer of a copy of the library busy, as another application does. */
	static void keepTimerBusy(ClassLoader library) throws Exception {
		Class<?> type = Class.forName(TimeSource.class.getName(), true, library);
		Object time = type.getMethod("system").invoke(null);
		Runnable never = () -> {
		};
		type.getMethod("schedule", Runnable.class, long.class).invoke(time, never, TimeUnit.DAYS.toNanos(1));
	}

	/** The threads that run now for any copy of the library. */
	static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("cancel-scope-"))
			.collect(Collectors.toSet());
	}

}
