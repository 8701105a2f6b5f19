package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.Wrapped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What stands in front of connections and statements: a class of the library's where the
 * driver has no interfaces of its own, otherwise a generated proxy. Both do the same.
 */
class WatchedFrontTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	/** A default method of the interface would not reach the driver. */
	@Test
	void eachMethodReachesTheDriver() {
		Map.of(SpiConnection.class, List.of(Connection.class), SpiConnection.OfWrapper.class, List.of(Wrapped.class),
				SpiStatement.class, List.of(Statement.class))
			.forEach((front, types) -> types.stream()
				.flatMap((type) -> Arrays.stream(type.getMethods()))
				.filter((method) -> !Modifier.isStatic(method.getModifiers()))
				.forEach((method) -> assertThat(declares(front, method)).as("%s in %s", method, front).isTrue()));
	}

	private static boolean declares(Class<?> front, Method method) {
		return Arrays.stream(front.getDeclaredMethods())
			.anyMatch((own) -> own.getName().equals(method.getName())
					&& Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
	}

	@Test
	void interfacesOfTheDriverAreKept() {
		assertThat(front(Connection.class)).isExactlyInstanceOf(SpiConnection.class);
		assertThat(front(Connection.class, Wrapped.class)).isExactlyInstanceOf(SpiConnection.OfWrapper.class);
		assertThat(front(OwnConnection.class)).isInstanceOf(OwnConnection.class);
		assertThat(front(OwnConnection.class).createStatement("own")).isInstanceOf(OwnStatement.class);
		assertThat(front(Connection.class).createStatement("own")).isInstanceOf(OwnStatement.class);
		assertThat(front(Connection.class).createStatement("spi")).isExactlyInstanceOf(SpiStatement.class);
		assertThat(front(OwnConnection.class).createStatement("spi")).isExactlyInstanceOf(SpiStatement.class);
	}

	@Test
	void wrapperTellsWhatIsBehindIt() {
		Object front = front(Connection.class, Wrapped.class);

		assertThat(((Wrapped<?>) front).unwrap()).isEqualTo("the driver's");
		assertThat(((Wrapped<?>) front).unwrap(String.class)).isEqualTo("the driver's");
		assertThat(front).isEqualTo(front).isNotEqualTo(front(Connection.class, Wrapped.class));
		assertThat(front).hasToString("driver");
	}

	/** The connection is acquired without a scope, and used in one. */
	@ParameterizedTest
	@ValueSource(strings = { "spi", "own" })
	void statementBelongsToTheScopeOfItsSubscription(String sql) {
		for (Connection connection : List.of(front(Connection.class), front(Connection.class, Wrapped.class),
				front(OwnConnection.class))) {
			Statement bound = connection.createStatement(sql).bind(0, "value").fetchSize(3);
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
			try (scope) {
				Flux<Result> results = Flux.<Result>from(bound.execute())
					.contextWrite((context) -> context.put(ScopeInContext.KEY, scope));
				assertThat(results.collectList().block(SOON)).isEmpty();
				assertThat(Flux.from(bound.execute()).collectList().block(SOON)).isEmpty();
				scope.cancel("not needed");

				assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> results.blockLast(SOON));
			}
		}
	}

	/** Reactor may fetch an item from a subscription instead of being handed it. */
	@Test
	void connectionIsWatchedHoweverItIsFetched() {
		Connection connection = connection(Connection.class);
		ConnectionFactory factory = WatchedPool
			.watched(fake((proxy, method, arguments) -> Mono.just(connection), ConnectionFactory.class), SOON);

		assertThat(Mono.from(factory.create()).block(SOON)).isInstanceOf(SpiConnection.class);
		assertThat(Flux.from(factory.create()).publishOn(Schedulers.immediate()).blockLast(SOON))
			.isInstanceOf(SpiConnection.class);
		assertThat(Flux.just(1).flatMap((one) -> factory.create()).blockLast(SOON)).isInstanceOf(SpiConnection.class);
		assertThat(Flux.just(1).concatMap((one) -> factory.create()).blockLast(SOON)).isInstanceOf(SpiConnection.class);
	}

	@Test
	void connectionsOfTwoFactoriesAreWatchedByTheSameBeanPostProcessor() {
		ConnectionFactoryProxyingBeanPostProcessor processor = new ConnectionFactoryProxyingBeanPostProcessor(
				() -> new CancelScopeR2dbcProperties(true, Set.of(), SOON), true);
		Connection first = connection(Connection.class);
		Connection second = connection(Connection.class, Wrapped.class);
		ConnectionFactory one = (ConnectionFactory) processor.postProcessAfterInitialization(
				fake((proxy, method, arguments) -> Mono.just(first), ConnectionFactory.class), "one");
		ConnectionFactory two = (ConnectionFactory) processor.postProcessAfterInitialization(
				fake((proxy, method, arguments) -> Mono.just(second), ConnectionFactory.class), "two");

		for (int i = 0; i < 3; i++) {
			assertThat(Mono.from(one.create()).block(SOON)).isExactlyInstanceOf(SpiConnection.class);
			assertThat(Mono.from(two.create()).block(SOON)).isExactlyInstanceOf(SpiConnection.OfWrapper.class);
		}
	}

	/** A proxy cannot implement them, only what they extend. */
	@Test
	void sealedInterfacesOfTheDriverAreLeftOut() {
		Connection driver = connection(Connection.class);
		ScopeAwareConnection watched = new ScopeAwareConnection(driver, stops(), true);
		Connection onlySealed = new ScopeAwareConnection(new SealedOnly(driver, watched), stops(), true).connection();
		Connection also = new ScopeAwareConnection(new SealedAndOwn(driver, watched), stops(), true).connection();

		assertThat(onlySealed).isNotInstanceOf(SealedConnection.class).isExactlyInstanceOf(SpiConnection.class);
		assertThat(onlySealed.createStatement("spi")).isExactlyInstanceOf(SpiStatement.class);
		assertThat(also).isNotInstanceOf(SealedConnection.class).isInstanceOf(OwnConnection.class);
		assertThat(also.createStatement("spi")).isExactlyInstanceOf(SpiStatement.class);
	}

	/** Nobody can make a proxy of interfaces that contradict each other. */
	@Test
	void connectionThatCannotBeWatchedIsGivenBack() {
		AtomicInteger closed = new AtomicInteger();
		Connection driver = fake((proxy, method, arguments) -> Mono.fromRunnable(closed::incrementAndGet),
				Connection.class);
		ServerStops stops = stops();
		Connection odd = new OddConnection(driver, new ScopeAwareConnection(driver, stops, true));
		Mono<Connection> borrowing = new Borrowing(Mono.just(odd), stops, true);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));

		try (scope) {
			assertThatIllegalArgumentException().isThrownBy(() -> borrowing.block(SOON));
			assertThat(closed).hasValue(1);
			assertThatIllegalArgumentException().isThrownBy(
					() -> borrowing.contextWrite((context) -> context.put(ScopeInContext.KEY, scope)).block(SOON));
			assertThat(closed).hasValue(2);
		}
	}

	private static ServerStops stops() {
		return new ServerStops(fake((proxy, method, arguments) -> null, ConnectionFactory.class), Duration.ZERO);
	}

	private static Connection front(Class<?>... types) {
		return new ScopeAwareConnection(connection(types), stops(), true).connection();
	}

	private static Connection connection(Class<?>... types) {
		return fake((proxy, method, arguments) -> switch (method.getName()) {
			case "createStatement" ->
				statement(Objects.equals(arguments[0], "own") ? OwnStatement.class : Statement.class);
			case "unwrap" -> "the driver's";
			case "toString" -> "driver";
			case "hashCode" -> System.identityHashCode(proxy);
			case "equals" -> proxy == arguments[0];
			default -> Mono.empty();
		}, types);
	}

	/** One that returns another statement instead of itself. */
	private static Statement statement(Class<?> type) {
		return fake((proxy, method, arguments) -> method.getName().equals("execute") ? Flux.empty() : statement(type),
				type);
	}

	@SuppressWarnings("unchecked") // the proxy has the first of the types
	private static <T> T fake(InvocationHandler handler, Class<?>... types) {
		return (T) Proxy.newProxyInstance(WatchedFrontTests.class.getClassLoader(), types, handler);
	}

	/** An interface of a driver that only its own classes may have. */
	public sealed interface SealedConnection extends Connection {

	}

	private static final class SealedOnly extends SpiConnection implements SealedConnection {

		SealedOnly(Connection target, ScopeAwareConnection watched) {
			super(target, watched);
		}

	}

	private static final class SealedAndOwn extends SpiConnection implements SealedConnection, OwnConnection {

		SealedAndOwn(Connection target, ScopeAwareConnection watched) {
			super(target, watched);
		}

	}

	/** An interface that a class can have together with {@link Second}, but no proxy. */
	public interface First {

		Runnable odd();

	}

	/** An interface that a class can have together with {@link First}, but no proxy. */
	public interface Second {

		Callable<Object> odd();

	}

	private interface Odd extends Runnable, Callable<Object> {

	}

	private static final class OddConnection extends SpiConnection implements First, Second {

		OddConnection(Connection target, ScopeAwareConnection watched) {
			super(target, watched);
		}

		@Override
		public Odd odd() {
			throw new UnsupportedOperationException();
		}

	}

	/** A connection with an interface of the driver's own. */
	public interface OwnConnection extends Connection {

	}

	/** A statement with an interface of the driver's own. */
	public interface OwnStatement extends Statement {

	}

}
