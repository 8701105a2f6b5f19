package io.cancelscope.demo.supplier;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.cancelscope.demo.problem.Problems;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The airports in the database.
 */
@Repository
public class Airports {

	private final JdbcClient jdbc;

	Airports(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** Returns the code as it is written here, or fails if there is no such airport. */
	public String known(String code) {
		List<Airport> all = this.jdbc.sql("select code, city from airport order by code").query(Airport.class).list();
		return all.stream()
			.map(Airport::code)
			.filter(code.strip().toUpperCase(Locale.ROOT)::equals)
			.findFirst()
			.orElseThrow(() -> Problems.notFound("Unknown airport",
					Problems.quote(code) + " is no airport we know. We know "
							+ all.stream()
								.map((airport) -> airport.code() + " (" + airport.city() + ")")
								.collect(Collectors.joining(", "))
							+ "."));
	}

	private record Airport(String code, String city) {
	}

}
