package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A way to keep work within a budget, set up as its own documentation says. The work is
 * the same for all of them and is written without them.
 */
interface Rival {

	/** Properties that the application has for it. */
	default Map<String, Object> properties() {
		return Map.of();
	}

	/** Adds what its documentation asks an application to have. */
	default void addBeans(GenericApplicationContext beans) {
	}

	/** Called once, when the application is there. */
	default void start(ApplicationContext application, ExecutorService threads) {
	}

	/** Timeouts of HTTP clients, where it sets any. */
	default HttpClientSettings http() {
		return HttpClientSettings.defaults();
	}

	/** Runs work within a budget, and returns or throws when the caller can go on. */
	<T> T within(String name, Duration budget, Callable<T> work) throws Exception;

	/** The same with its option to interrupt, where that is not what it does anyway. */
	default <T> T interrupting(String name, Duration budget, Callable<T> work) throws Exception {
		return within(name, budget, work);
	}

	/** Whether it can leave work behind that cannot be stopped. */
	boolean canLeave();

	/** Runs work that the caller can leave behind at the end of the budget. */
	default <T> T leaving(String name, Duration budget, Callable<T> work) throws Exception {
		return within(name, budget, work);
	}

	/** A safe point in code that is written for this way; nothing where it has none. */
	default void check() {
	}

	/** Waits for work that runs elsewhere. */
	default void await(Future<?> future) throws Exception {
		future.get();
	}

	/** Runs tasks at once, and waits for them. */
	void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception;

	/** Whether it takes the deadline of an HTTP request's caller. */
	default boolean readsDeadlines() {
		return false;
	}

}
