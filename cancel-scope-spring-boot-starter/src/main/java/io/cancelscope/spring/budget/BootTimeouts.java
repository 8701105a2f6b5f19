package io.cancelscope.spring.budget;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * Timeouts that properties of Spring Boot set.
 */
final class BootTimeouts implements OwnTimeouts {

	private final Environment environment;

	BootTimeouts(Environment environment) {
		this.environment = environment;
	}

	@Override
	public Stream<OwnTimeout> find() {
		return Stream.of(
				timeout("The wait for a connection of the R2DBC pool", "spring.r2dbc.pool.max-acquire-time",
						ChronoUnit.MILLIS),
				timeout("The connect timeout of HTTP clients", "spring.http.clients.connect-timeout",
						ChronoUnit.MILLIS),
				timeout("The read timeout of HTTP clients", "spring.http.clients.read-timeout", ChronoUnit.MILLIS),
				timeout("The default timeout of transactions", "spring.transaction.default-timeout",
						ChronoUnit.SECONDS),
				timeout("The timeout of asynchronous requests", "spring.mvc.async.request-timeout", ChronoUnit.MILLIS))
			.flatMap(Stream::ofNullable);
	}

	private @Nullable OwnTimeout timeout(String what, String property, ChronoUnit unit) {
		Duration value = duration(this.environment.getProperty(property), unit);
		return (value != null) ? new OwnTimeout(what, value, property) : null;
	}

	static @Nullable Duration duration(@Nullable String value, ChronoUnit unit) {
		if (value == null) {
			return null;
		}
		try {
			return DurationStyle.detectAndParse(value.strip(), unit);
		}
		catch (IllegalArgumentException | ArithmeticException | DateTimeException ex) {
			// Ignored: what has the property reports it.
			return null;
		}
	}

}
