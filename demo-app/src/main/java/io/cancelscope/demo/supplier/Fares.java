package io.cancelscope.demo.supplier;

import java.util.List;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The fares in the database.
 */
@Repository
class Fares {

	private final JdbcClient jdbc;

	Fares(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	List<Fare> find(String supplier, String from, String to) {
		return this.jdbc.sql("""
				select price, currency, supplier, flight, departure from fare
				where supplier = ? and origin = ? and destination = ?
				order by price""").params(supplier, from, to).query(Fare.class).list();
	}

}
