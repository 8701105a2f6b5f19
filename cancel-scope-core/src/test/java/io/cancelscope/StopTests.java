package io.cancelscope;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What stops something, and may fail at it: {@code scope.onCancel(statement::cancel)}.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class StopTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void statementIsCancelledByAMethodReference() {
		Statement statement = statement(null);
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)));
				Registration stop = scope.onCancel(statement::cancel)) {
			this.time.advance(seconds(1));
		}

		assertThat(this.trail.words()).containsExactly("cancel");
	}

	@Test
	void lambdasAndReferencesOfManyShapesCompile() throws Exception {
		CountDownLatch latch = new CountDownLatch(1);
		AutoCloseable resource = () -> this.trail.add("closed");
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.onCancel(latch::countDown);
			scope.onCancel(resource::close);
			scope.onCancel(() -> this.trail.add("no argument"));
			scope.onCancel((reason) -> this.trail.add(reason.message()));
			scope.onCancel(() -> {
				throw new IOException("checked");
			}).close();

			scope.cancel("enough");
		}

		assertThat(latch.getCount()).isZero();
		assertThat(this.trail.words()).containsExactly("closed", "no argument", "enough");
	}

	@Test
	void checkedExceptionIsLoggedWithTheNameAndStopsNobody() {
		Statement failing = statement(new SQLException("the connection is gone"));
		try (LogTrail log = new LogTrail(); OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			scope.onCancel(failing::cancel);
			scope.onCancel(() -> this.trail.add("next"));

			assertThat(scope.cancel()).isTrue();

			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("WARNING ")
				.contains("'quote'", "java.sql.SQLException: the connection is gone");
		}
		assertThat(this.trail.words()).containsExactly("cancel", "next");
	}

	@Test
	void interruptedStopLeavesTheCancellersFlagAsItIs() {
		try (LogTrail log = new LogTrail(); OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.onCancel(() -> {
				throw new InterruptedException("while stopping");
			});

			scope.cancel();

			assertThat(log.lines()).singleElement().asString().contains("InterruptedException");
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void stopInACancelledScopeRunsAtOnceAndItsFailureIsOnlyLogged() {
		try (LogTrail log = new LogTrail(); OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			Registration stop = scope.onCancel(statement(new SQLException("too late"))::cancel);

			assertThat(this.trail.words()).containsExactly("cancel");
			assertThat(stop.unregister()).isFalse();
			assertThat(log.lines()).hasSize(1);
		}
	}

	@Test
	void stopTakenBackDoesNotRun() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			Registration stop = scope.onCancel(() -> this.trail.add("stopped"));

			assertThat(stop.unregister()).isTrue();
			scope.cancel();
		}

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void errorOfTheJvmIsThrownOnceAllOthersAreStopped() {
		try (LogTrail log = new LogTrail(); OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.onCancel(() -> {
				throw new StackOverflowError("on purpose");
			});
			scope.onCancel(() -> this.trail.add("next"));

			assertThatExceptionOfType(StackOverflowError.class).isThrownBy(scope::cancel);

			assertThat(log.lines()).hasSize(1);
		}
		assertThat(this.trail.words()).containsExactly("next");
	}

	@Test
	void rootStopsNothing() {
		Registration stop = CancelScope.current().onCancel(() -> this.trail.add("stopped"));

		assertThat(stop.unregister()).isTrue();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.onCancel((CancelScope.Stop) null))
				.withMessage("stop");
		}
		assertThatNullPointerException().isThrownBy(() -> CancelScope.current().onCancel((CancelScope.Stop) null))
			.withMessage("stop");
	}

	/** A statement that can be cancelled, or fails to. */
	private Statement statement(SQLException failure) {
		return (Statement) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Statement.class },
				(proxy, method, arguments) -> {
					this.trail.add(method.getName());
					if (failure != null) {
						throw failure;
					}
					return null;
				});
	}

}
