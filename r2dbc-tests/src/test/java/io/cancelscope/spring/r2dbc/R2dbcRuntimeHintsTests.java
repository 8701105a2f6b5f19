package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.List;

import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Wrapped;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A native image has each proxy that is made in it.
 */
class R2dbcRuntimeHintsTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	@Test
	void proxiesAreRegistered() {
		RuntimeHints hints = new RuntimeHints();
		new R2dbcRuntimeHints().registerHints(hints, getClass().getClassLoader());

		assertThat(real()).hasSize(5).allSatisfy((type) -> {
			Class<?>[] interfaces = InterfaceProxies.interfaces(type, true);
			assertThat(interfaces).isNotEmpty();
			assertThat(RuntimeHintsPredicates.proxies().forInterfaces(interfaces)).accepts(hints);
		});
	}

	/** The pool's connection says what is behind it, in a native image as well. */
	@Test
	void connectionOfAPoolStaysAWrapper() {
		assertThat(InterfaceProxies.interfaces(real().get(0), true)).containsExactly(Connection.class, Wrapped.class);
	}

	/** Of a pool, and of a driver. */
	private static List<Class<?>> real() {
		ConnectionPool pool = new ConnectionPool(
				ConnectionPoolConfiguration.builder(H2ConnectionFactory.inMemory("hints")).initialSize(0).build());
		try {
			Connection connection = Mono.from(pool.create()).block(SOON);
			Connection own = ServerStops.innermost(Connection.class, connection);
			Result result = Mono.from(own.createStatement("select 1").execute()).block(SOON);
			List<Class<?>> types = List.of(connection.getClass(), own.getClass(),
					own.createStatement("select 1").getClass(), own.createBatch().getClass(), result.getClass());
			Mono.from(result.getRowsUpdated()).block(SOON);
			Mono.from(connection.close()).block(SOON);
			return types;
		}
		finally {
			pool.disposeLater().block(SOON);
		}
	}

}
