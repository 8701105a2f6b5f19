package io.cancelscope.spring.aop;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BiConsumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The attributes {@code fallback} and {@code requires}.
 */
class FallbackTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time);

	@Test
	void fallbackRunsWhereTheTimeIsUp() {
		run((desk, scopes) -> {
			assertThat(desk.best("LIS", Duration.ofMillis(799))).isEqualTo("best to LIS");
			assertThat(desk.best("LIS", Duration.ofMillis(800))).isEqualTo("cached to LIS, in root");
		});
	}

	@Test
	void fallbackIsToldTheReason() {
		run((desk, scopes) -> assertThat(desk.told("LIS")).isEqualTo("no seats to LIS"));
	}

	@Test
	void fallbackIsForOurExceptionsOnly() {
		run((desk, scopes) -> assertThatExceptionOfType(IOException.class).isThrownBy(desk::failing)
			.withMessage("disk full"));
	}

	@Test
	void outermostScopeWins() {
		run((desk, scopes) -> scopes.run(ScopeOptions.named("request").withTimeout(Duration.ofMillis(500)),
				(request) -> assertThatExceptionOfType(ScopeCancelledException.class)
					.isThrownBy(() -> desk.best("LIS", Duration.ofMillis(800)))
					.withMessage("scope 'Desk.best' (800ms) exceeded its deadline, set by 'request'")));
	}

	@Test
	void fallbackAlsoRunsForWhatALibraryMadeOfOurException() {
		run((desk, scopes) -> assertThat(desk.wrapped()).isEqualTo("fallback"));
	}

	@Test
	void exceptionOfTheFallbackPasses() {
		run((desk, scopes) -> assertThatExceptionOfType(IOException.class).isThrownBy(desk::twice)
			.withMessage("no cache either"));
	}

	@Test
	void methodStartsOnlyIfEnoughIsLeft() {
		run((desk, scopes) -> {
			assertThat(desk.slow()).isEqualTo("done");
			scopes.run(ScopeOptions.timeout(Duration.ofMillis(300)),
					(request) -> assertThat(desk.slow()).isEqualTo("done"));
			scopes.run(ScopeOptions.timeout(Duration.ofMillis(299)),
					(request) -> assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(desk::slow)
						.withMessage("scope 'Desk.slow' was cancelled:"
								+ " it requires 300ms to start, and only 299ms are left"));
			assertThat(desk.started()).isEqualTo(2);
		});
	}

	@Test
	void fallbackRunsWhereTooLittleIsLeft() {
		run((desk, scopes) -> scopes.run(ScopeOptions.timeout(Duration.ofMillis(299)),
				(request) -> assertThat(desk.slowOrElse()).isEqualTo("fallback")));
	}

	private void run(BiConsumer<Desk, CancelScopes> test) {
		this.runner.withBean(Desk.class, () -> new Desk(this.time)).run((context) -> {
			test.accept(context.getBean(Desk.class), context.getBean(CancelScopes.class));
			assertThat(CancelScope.current().name()).isEqualTo("root");
		});
	}

	static class Desk {

		private final ManualTime time;

		private int started;

		Desk(ManualTime time) {
			this.time = time;
		}

		@CancelScoped(timeout = "800ms", fallback = "cached")
		String best(String destination, Duration work) {
			this.time.advance(work);
			CancelScope.current().check();
			return "best to " + destination;
		}

		String cached(String destination, Duration work) {
			return "cached to " + destination + ", in " + CancelScope.current().name();
		}

		@CancelScoped(fallback = "explain")
		String told(String destination) {
			CancelScope.current().cancel("no seats");
			CancelScope.current().check();
			return "told";
		}

		@SuppressWarnings("unused") // named by the annotation
		private String explain(String destination, CancelReason reason) {
			return reason.message() + " to " + destination;
		}

		@CancelScoped(timeout = "1s", fallback = "instead")
		String failing() throws IOException {
			this.time.advance(Duration.ofSeconds(1));
			throw new IOException("disk full");
		}

		@CancelScoped(timeout = "1s", fallback = "instead")
		String wrapped() {
			this.time.advance(Duration.ofSeconds(1));
			try {
				CancelScope.current().check();
				return "done";
			}
			catch (ScopeCancelledException ex) {
				throw new IllegalStateException("query stopped", ex);
			}
		}

		@CancelScoped(timeout = "1s", fallback = "failToo")
		String twice() throws IOException {
			this.time.advance(Duration.ofSeconds(1));
			CancelScope.current().check();
			return "done";
		}

		String failToo() throws IOException {
			throw new IOException("no cache either");
		}

		@CancelScoped(requires = "300ms")
		String slow() {
			this.started++;
			return "done";
		}

		@CancelScoped(requires = "300ms", fallback = "instead")
		String slowOrElse() {
			return "done";
		}

		String instead() {
			return "fallback";
		}

		int started() {
			return this.started;
		}

	}

}
