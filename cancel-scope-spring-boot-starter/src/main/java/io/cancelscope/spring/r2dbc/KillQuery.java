package io.cancelscope.spring.r2dbc;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import io.asyncer.r2dbc.mysql.api.MySqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.mariadb.r2dbc.api.MariadbConnection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code KILL QUERY} on a connection of its own, for MariaDB and MySQL. The driver for
 * MySQL does not tell the number of a connection, so the first statement that may be
 * stopped asks for it, once for each connection of the pool.
 */
final class KillQuery implements ServerStop {

	private static final Map<Connection, Long> NUMBERS = Collections.synchronizedMap(new WeakHashMap<>());

	private final Connection own;

	private final ConnectionFactory unpooled;

	KillQuery(Connection own, ConnectionFactory unpooled) {
		this.own = own;
		this.unpooled = unpooled;
	}

	@Override
	public @Nullable Mono<Void> preparation() {
		if (NUMBERS.containsKey(this.own)) {
			return null;
		}
		return Mono.defer(() -> {
			Connection own = this.own;
			return Flux.from(own.createStatement("select connection_id()").execute())
				.flatMap((result) -> result.map((row, metadata) -> ((Number) row.get(0)).longValue()))
				.last()
				.doOnNext((number) -> NUMBERS.put(own, number))
				.then();
		});
	}

	@Override
	public Mono<Void> stop() {
		Long number = NUMBERS.get(this.own);
		if (number == null) {
			return Mono.empty();
		}
		return Mono.usingWhen(this.unpooled.create(),
				(side) -> Flux.from(side.createStatement("kill query " + number).execute())
					.flatMap((result) -> result.getRowsUpdated())
					.then(),
				Connection::close);
	}

	/** Loaded only where there is such a driver. */
	static final class MariaDb {

		private MariaDb() {
		}

		static boolean is(Connection own) {
			return own instanceof MariadbConnection;
		}

		static ServerStop stopOf(Connection own, ConnectionFactory unpooled) {
			NUMBERS.put(own, ((MariadbConnection) own).getThreadId());
			return new KillQuery(own, unpooled);
		}

	}

	/** Loaded only where there is such a driver. */
	static final class MySql {

		private MySql() {
		}

		static boolean is(Connection own) {
			return own instanceof MySqlConnection;
		}

	}

}
