package io.cancelscope.demo.quote;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import io.cancelscope.demo.audit.AuditTrail;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Asks the trip desk a few times before anybody else does. A JVM that has just started
 * needs half a second for its first answer; a demonstration of budgets shouldn't begin
 * with that.
 */
@Component
@Profile("!nodes")
class WarmUp {

	private static final Log log = LogFactory.getLog(WarmUp.class);

	/** Writes a line where a budget is used up, also for those that are used up here. */
	private static final String DEADLINES = "io.cancelscope.spring.logging.DeadlineLogger";

	private static final List<String> QUESTIONS = List.of("budget=3s&suppliers=cumulus:fast,delta:fast,eos:fast",
			"budget=50ms", "budget=1s&suppliers=delta:failing&mode=all-or-nothing", "budget=2+parsecs");

	private static final int ROUNDS = 5;

	private static final int AT_ONCE = 10;

	private final RestClient http;

	private final OwnAddress address;

	private final AuditTrail audit;

	private final LoggingSystem logging;

	WarmUp(RestClient.Builder builder, OwnAddress address, AuditTrail audit, LoggingSystem logging) {
		this.http = builder.defaultStatusHandler((status) -> true, (request, response) -> {
		}).build();
		this.address = address;
		this.audit = audit;
		this.logging = logging;
	}

	@EventListener(ApplicationReadyEvent.class)
	@Order(0)
	void ready() {
		LogLevel level = levelOfDeadlines();
		this.logging.setLogLevel(DEADLINES, LogLevel.OFF);
		try {
			for (int round = 0; round < ROUNDS; round++) {
				QUESTIONS.forEach(this::ask);
				askManyAtOnce("budget=1s&suppliers=cumulus:fast,delta:fast,eos:fast");
			}
			this.audit.startAfresh();
		}
		catch (RuntimeException ex) {
			log.warn("Could not warm up; the first answers may come late", ex);
		}
		finally {
			this.logging.setLogLevel(DEADLINES, level);
		}
	}

	/** Returns what was set for exactly this logger. */
	private @Nullable LogLevel levelOfDeadlines() {
		LoggerConfiguration deadlines = this.logging.getLoggerConfiguration(DEADLINES);
		return (deadlines != null) ? deadlines.getConfiguredLevel() : null;
	}

	/** So that the pool has its threads and the client its connections. */
	private void askManyAtOnce(String question) {
		ExecutorService travellers = Executors.newFixedThreadPool(AT_ONCE);
		try {
			CompletableFuture
				.allOf(Stream.generate(() -> CompletableFuture.runAsync(() -> ask(question), travellers))
					.limit(AT_ONCE)
					.toArray(CompletableFuture<?>[]::new))
				.join();
		}
		finally {
			travellers.shutdown();
		}
	}

	private void ask(String question) {
		this.http.get()
			.uri("http://127.0.0.1:" + this.address.port() + "/quotes?from=OSL&to=LIS&" + question)
			.retrieve()
			.toBodilessEntity();
	}

}
