package io.cancelscope.spring.aop;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The same scenarios through every door: a scope means the same whoever opens it. Prints
 * which scenario went through which door.
 */
class ContractTests {

	private static final Map<Scenario, Map<Door, String>> matrix = new EnumMap<>(Scenario.class);

	@ParameterizedTest(name = "{0} through {1}")
	@MethodSource("scenariosAndDoors")
	void scenarioEndsTheSameThroughEveryDoor(Scenario scenario, Door door) {
		Map<Door, String> row = matrix.computeIfAbsent(scenario, (key) -> new EnumMap<>(Door.class));
		row.put(door, "FAILED");

		door.run(scenario);

		row.put(door, "ok");
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	static Stream<Arguments> scenariosAndDoors() {
		return Arrays.stream(Scenario.values())
			.flatMap((scenario) -> Arrays.stream(Door.values())
				.filter((door) -> !WovenJvm.isThis() || door == Door.LTW)
				// The core has no such option: it is the annotation's.
				.filter((door) -> door != Door.CORE || scenario != Scenario.REQUIRES)
				.map((door) -> Arguments.of(scenario, door)));
	}

	@AfterAll
	static void printMatrix() {
		if (WovenJvm.isThis()) {
			return;
		}
		StringBuilder text = new StringBuilder("%-20s".formatted("scenario"));
		Arrays.stream(Door.values()).forEach((door) -> text.append("%-10s".formatted(door)));
		matrix.forEach((scenario, row) -> {
			text.append("%n%-20s".formatted(scenario));
			Arrays.stream(Door.values()).forEach((door) -> text.append("%-10s".formatted(row.getOrDefault(door, "-"))));
		});
		System.out.println(text);
	}

	interface Test {

		void run(Desk desk, ManualTime time, CancelScopes scopes) throws Exception;

	}

	enum Scenario {

		BUDGET((desk, time, scopes) -> assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> desk.budget(checkAfterASecond(time)))
			.withMessage("scope 'Desk.budget' (1s) exceeded its deadline")),

		EXCEPTION((desk, time, scopes) -> {
			RuntimeException failure = new IllegalStateException("no such airport");
			CancelScope[] seen = new CancelScope[1];
			assertThatThrownBy(() -> desk.budget(failing(seen, failure))).isSameAs(failure);
			assertThat(seen[0].isCancelled()).isTrue();
		}),

		CHECKED_EXCEPTION((desk, time, scopes) -> {
			IOException failure = new IOException("disk full");
			assertThatThrownBy(() -> desk.budget(failing(new CancelScope[1], failure))).isSameAs(failure);
		}),

		NO_CANCEL_FOR((desk, time, scopes) -> {
			RuntimeException failure = new NumberFormatException("exempt");
			CancelScope[] seen = new CancelScope[1];
			assertThatThrownBy(() -> desk.noCancelFor(failing(seen, failure))).isSameAs(failure);
			assertThat(seen[0].isCancelled()).isFalse();
		}),

		SHIELD((desk, time, scopes) -> scopes.run(ScopeOptions.named("request"), (request) -> {
			request.cancel("client went away");
			assertThat(desk.shield(ContractTests::check)).isEqualTo("done");
		})),

		BUBBLE((desk, time, scopes) -> assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> desk.bubble(() -> {
				scopes.run(ScopeOptions.named("supplier"), (supplier) -> supplier.cancel("sold out"));
				return check();
			}))
			.withMessage("scope 'Desk.bubble' was cancelled, along with 'supplier': sold out")),

		NAME((desk, time, scopes) -> assertThat(desk.named(() -> CancelScope.current().name())).isEqualTo("quotes")),

		OWN_EXCEPTION((desk, time, scopes) -> assertThatExceptionOfType(TooSlowException.class)
			.isThrownBy(() -> desk.ownException(checkAfterASecond(time)))
			.withCauseInstanceOf(DeadlineExceededException.class)),

		CHECK_ON_ENTER((desk, time, scopes) -> scopes.run(ScopeOptions.none(), (request) -> {
			request.cancel();
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> desk.checkOnEnter(() -> {
				throw new AssertionError("the body must not start");
			}));
		})),

		CHECK_ON_EXIT((desk, time, scopes) -> assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> desk.checkOnExit(lateByASecond(time)))),

		LATE_VALUE((desk, time, scopes) -> assertThat(desk.budget(lateByASecond(time))).isEqualTo("late")),

		REQUIRES((desk, time, scopes) -> scopes.run(ScopeOptions.timeout(Duration.ofMillis(299)),
				(request) -> assertThatExceptionOfType(ScopeCancelledException.class)
					.isThrownBy(() -> desk.requires(() -> {
						throw new AssertionError("the body must not start");
					}))
					.withMessageContaining("it requires 300ms to start, and only 299ms are left"))),

		FALLBACK((desk, time, scopes) -> assertThat(desk.fallback(checkAfterASecond(time)))
			.isEqualTo("instead, for DEADLINE in root")),

		FALLBACK_OUTERMOST((desk, time, scopes) -> scopes.run(ScopeOptions.timeout(Duration.ofMillis(500)),
				(request) -> assertThatExceptionOfType(DeadlineExceededException.class)
					.isThrownBy(() -> desk.fallback(checkAfterASecond(time)))));

		private final Test test;

		Scenario(Test test) {
			this.test = test;
		}

	}

	enum Door {

		CORE {
			@Override
			void run(Scenario scenario) {
				ManualTime time = new ManualTime();
				CancelScopes scopes = CancelScopes.builder().timeSource(time).build();
				attempt(scenario, new CoreDesk(scopes), time, scopes);
			}
		},

		ADVISOR {
			@Override
			void run(Scenario scenario) {
				runInContext(scenario, "advisor");
			}
		},

		ASPECT {
			@Override
			void run(Scenario scenario) {
				runInContext(scenario, "aspect");
			}
		},

		/** The desk is no bean here, and a bean of its class would have no proxy. */
		LTW {
			@Override
			void run(Scenario scenario) {
				if (WovenJvm.isThis()) {
					runInContext(scenario, "advisor");
				}
				else {
					WovenJvm.resultsOf(ContractTests.class).assertPassed(scenario + " through LTW");
				}
			}

			@Override
			Desk desk(BeanFactory context) {
				assertThat(context.getBean(Desk.class)).hasSameClassAs(new Desk());
				return new Desk();
			}
		};

		abstract void run(Scenario scenario);

		void runInContext(Scenario scenario, String weaving) {
			ManualTime time = new ManualTime();
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
						CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class))
				.withPropertyValues("cancel-scope.weaving=" + weaving)
				.withBean(TimeSource.class, () -> time)
				.withBean(Desk.class)
				.run((context) -> attempt(scenario, desk(context), time, context.getBean(CancelScopes.class)));
		}

		Desk desk(BeanFactory context) {
			return context.getBean(Desk.class);
		}

		static void attempt(Scenario scenario, Desk desk, ManualTime time, CancelScopes scopes) {
			try {
				scenario.test.run(desk, time, scopes);
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
			assertThat(time.pending()).isZero();
		}

	}

	private static Object check() {
		CancelScope.current().check();
		return "done";
	}

	private static Callable<Object> checkAfterASecond(ManualTime time) {
		return () -> {
			time.advance(Duration.ofSeconds(1));
			return check();
		};
	}

	private static Callable<Object> lateByASecond(ManualTime time) {
		return () -> {
			time.advance(Duration.ofSeconds(1));
			return "late";
		};
	}

	private static Callable<Object> failing(CancelScope[] seen, Exception failure) {
		return () -> {
			seen[0] = CancelScope.current();
			throw failure;
		};
	}

	static class Desk {

		@CancelScoped("1s")
		Object budget(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(noCancelFor = IllegalArgumentException.class)
		Object noCancelFor(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(shield = true)
		Object shield(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(bubble = true)
		Object bubble(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(name = "quotes")
		Object named(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(timeout = "1s", exception = TooSlowException.class)
		Object ownException(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(checkOnEnter = true)
		Object checkOnEnter(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(timeout = "1s", checkOnExit = true)
		Object checkOnExit(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(requires = "300ms")
		Object requires(Callable<Object> body) throws Exception {
			return body.call();
		}

		@CancelScoped(timeout = "1s", fallback = "instead")
		Object fallback(Callable<Object> body) throws Exception {
			return body.call();
		}

		Object instead(Callable<Object> body, CancelReason reason) {
			return "instead, for " + reason.kind() + " in " + CancelScope.current().name();
		}

	}

	/** What the annotations say, in the words of the core. */
	static class CoreDesk extends Desk {

		private static final Duration SECOND = Duration.ofSeconds(1);

		private final CancelScopes scopes;

		CoreDesk(CancelScopes scopes) {
			this.scopes = scopes;
		}

		private Object call(ScopeOptions options, Callable<Object> body) throws Exception {
			return this.scopes.<Object, Exception>call(options, (scope) -> body.call());
		}

		@Override
		Object budget(Callable<Object> body) throws Exception {
			return call(ScopeOptions.named("Desk.budget").withTimeout(SECOND), body);
		}

		@Override
		Object noCancelFor(Callable<Object> body) throws Exception {
			return call(ScopeOptions.none().cancelOnException((ex) -> !(ex instanceof IllegalArgumentException)), body);
		}

		@Override
		Object shield(Callable<Object> body) throws Exception {
			return call(ScopeOptions.none().shield(), body);
		}

		@Override
		Object bubble(Callable<Object> body) throws Exception {
			return call(ScopeOptions.named("Desk.bubble").bubble(), body);
		}

		@Override
		Object named(Callable<Object> body) throws Exception {
			return call(ScopeOptions.named("quotes"), body);
		}

		@Override
		Object ownException(Callable<Object> body) throws Exception {
			return call(ScopeOptions.timeout(SECOND).exception((reason) -> new TooSlowException(reason.message())),
					body);
		}

		@Override
		Object checkOnEnter(Callable<Object> body) throws Exception {
			return call(ScopeOptions.none().checkOnEnter(), body);
		}

		@Override
		Object checkOnExit(Callable<Object> body) throws Exception {
			return call(ScopeOptions.timeout(SECOND).checkOnExit(), body);
		}

		@Override
		Object fallback(Callable<Object> body) throws Exception {
			return this.scopes.<Object, Exception>callOrElse(ScopeOptions.timeout(SECOND), (scope) -> body.call(),
					(reason) -> instead(body, reason));
		}

	}

	static class TooSlowException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		TooSlowException(String message) {
			super(message);
		}

	}

}
