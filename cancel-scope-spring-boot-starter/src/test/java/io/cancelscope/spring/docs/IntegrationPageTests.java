package io.cancelscope.spring.docs;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopedCall;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The code of {@code docs/guides/custom-integrations.md}, which is cut from here.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(30)
class IntegrationPageTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		// Callbacks have run when advance(…) returns.
		.withBean("callbacks", CancelScopesCustomizer.class,
				() -> (builder) -> builder.callbackExecutor(this.time.callbackExecutor()))
		.withUserConfiguration(Integrations.class);

	@Test
	void clientEndsWithItsScope() {
		CancelScopes scopes = this.time.scopes();
		Feed feed = new Feed(this.time);
		ScopedFeed scoped = new ScopedFeed(feed);

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> scopes.run(ScopeOptions.named("feed").withTimeout(Duration.ofMillis(800)), (scope) -> {
				scoped.next();
			}));
		assertThat(feed.aborts).isOne();
		feed.broken = true;
		assertThatIOException().isThrownBy(() -> scopes.run(ScopeOptions.named("feed"), (scope) -> {
			scoped.next();
		}));
		assertThat(feed.aborts).isOne();
	}

	@Test
	void scopeLastsAsLongAsItsResult() {
		this.runner.run((context) -> {
			Job stopped = context.getBean(Jobs.class).start("stopped");
			this.time.advance(Duration.ofMillis(800));
			stopped.end(new IllegalStateException("stopped"));
			Job ended = context.getBean(Jobs.class).start("ended");
			ended.end(null);
			this.time.advance(Duration.ofSeconds(1));

			assertThat(stopped.stops).isOne();
			assertThat(ended.stops).isZero();
			assertThat(this.time.pending()).isZero();
		});
	}

	@Test
	void lateResultIsClosed() {
		this.runner.run((context) -> {
			CompletableFuture<AutoCloseable> late = new CompletableFuture<>();
			CompletableFuture<AutoCloseable> seen = context.getBean(Jobs.class).later(late);
			this.time.advance(Duration.ofMillis(800));
			List<String> closed = new ArrayList<>();
			assertThat(seen).failsWithin(Duration.ofSeconds(20));
			late.complete(() -> closed.add("closed"));

			assertThat(closed).containsExactly("closed");
		});
	}

	@Test
	void builderOfTheBeanIsCustomized(CapturedOutput output) {
		this.runner.run((context) -> context.getBean(CancelScopes.class)
			.run(ScopeOptions.named("import").withKey("order-42"), (scope) -> {
			}));

		assertThat(output).contains("order-42 begins in import");
	}

	// tag::client[]
	static class ScopedFeed {

		private final Feed feed;

		ScopedFeed(Feed feed) {
			this.feed = feed;
		}

		String next() throws IOException {
			CancelScope scope = CancelScope.current();
			scope.check(); // nothing begins in a cancelled scope
			CancelScope.Registration stop = scope.onCancel(this.feed::abort);
			try {
				return this.feed.next();
			}
			catch (IOException ex) {
				scope.check(); // a failure that abort() caused becomes the scope's
				throw ex;
			}
			finally {
				stop.close(); // waits for abort(), so that it meets no later call
			}
		}

	}
	// end::client[]

	/** A client that knows no scopes. */
	static final class Feed {

		private final ManualTime time;

		private int aborts;

		private boolean broken;

		Feed(ManualTime time) {
			this.time = time;
		}

		String next() throws IOException {
			this.time.advance(Duration.ofSeconds(1));
			if (this.broken || this.aborts > 0) {
				throw new IOException("aborted");
			}
			return "next";
		}

		void abort() {
			this.aborts++;
		}

	}

	// tag::adapter[]
	static class JobAdapter implements ReturnValueAdapter {

		@Override
		public Handler handlerFor(Class<?> returnType) {
			return (returnType == Job.class) ? this::follow : null;
		}

		private Object follow(ScopedCall call) throws Throwable {
			OpenScope scope = call.open();
			try {
				Job job = (Job) call.proceedIn(scope);
				scope.onCancel(job::stop);
				job.whenEnded((failure) -> {
					if (failure == null) {
						call.complete(scope);
					}
					else {
						call.fail(scope, failure);
					}
				});
				return job;
			}
			catch (Throwable ex) {
				throw call.fail(scope, ex);
			}
		}

	}
	// end::adapter[]

	static final class Job {

		private final List<Consumer<Throwable>> listeners = new ArrayList<>();

		private int stops;

		void stop() {
			this.stops++;
		}

		void whenEnded(Consumer<Throwable> listener) {
			this.listeners.add(listener);
		}

		void end(Throwable failure) {
			this.listeners.forEach((listener) -> listener.accept(failure));
		}

	}

	static class Jobs {

		@CancelScoped("800ms")
		Job start(String name) {
			return new Job();
		}

		@CancelScoped("800ms")
		CompletableFuture<AutoCloseable> later(CompletableFuture<AutoCloseable> result) {
			return result;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Integrations {

		@Bean
		JobAdapter jobAdapter() {
			return new JobAdapter();
		}

		@Bean
		Jobs jobs() {
			return new Jobs();
		}

		// tag::late[]
		@Bean
		LateResultHandler closeLateResults() {
			return (value, scope) -> {
				if (value instanceof AutoCloseable closeable) {
					try {
						closeable.close();
					}
					catch (Exception ex) {
						throw new IllegalStateException("Could not close a late result of " + scope.name(), ex);
					}
				}
			};
		}
		// end::late[]

		// tag::customizer[]
		@Bean
		CancelScopesCustomizer keyedScopes() {
			return (builder) -> builder
				.keyedListener((scope) -> print(scope.key().orElseThrow() + " begins in " + scope.name()));
		}
		// end::customizer[]

		private static void print(String line) {
			System.out.println(line);
		}

	}

}
