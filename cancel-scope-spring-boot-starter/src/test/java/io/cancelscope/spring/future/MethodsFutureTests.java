package io.cancelscope.spring.future;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The future that a method returned is its own: the actions of its stages run, whatever
 * becomes of the scope, and it is cancelled only if that stops the work.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class MethodsFutureTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final int CALLS = 20;

	private final ManualTime time = new ManualTime();

	private final Semaphore permits = new Semaphore(CALLS);

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run));

	@Test
	void lastStageOfTheMethodRunsThoughTheDeadlinePassedFirst() {
		run((desk) -> {
			List<CompletableFuture<String>> answers = new ArrayList<>();
			List<CompletableFuture<String>> results = new ArrayList<>();
			for (int i = 0; i < CALLS; i++) {
				CompletableFuture<String> answer = new CompletableFuture<>();
				answers.add(answer);
				results.add(desk.permitted(answer));
			}

			this.time.advance(BUDGET);
			assertThat(results).allSatisfy(MethodsFutureTests::isOverTime);
			answers.forEach((answer) -> answer.complete("late"));

			assertThat(this.permits.availablePermits()).isEqualTo(CALLS);
		});
	}

	@Test
	void lastStageOfTheMethodRunsThoughTheCallerCancelled() {
		run((desk) -> {
			CompletableFuture<String> answer = new CompletableFuture<>();
			CompletableFuture<String> result = desk.permitted(answer);

			result.cancel(true);
			answer.complete("late");

			assertThat(result).isCancelled();
			assertThat(this.permits.availablePermits()).isEqualTo(CALLS);
		});
	}

	@Test
	void lastStageOfASubclassRunsThoughTheCallerGetsThatType() {
		run((desk) -> {
			Ticket answer = new Ticket();
			Ticket result = desk.ticket(answer);

			this.time.advance(BUDGET);
			isOverTime(result);
			answer.complete("late");

			assertThat(this.permits.availablePermits()).isEqualTo(CALLS);
		});
	}

	@Test
	void minimalStageEndsWithoutAWordInTheLog(CapturedOutput output) {
		run((desk) -> {
			CompletionStage<String> result = desk
				.returning(() -> new CompletableFuture<String>().minimalCompletionStage());

			this.time.advance(BUDGET);

			isOverTime(result.toCompletableFuture());
			assertThat(output).doesNotContain("WARN").doesNotContain("UnsupportedOperationException");
		});
	}

	@Test
	void futureThatStopsItsWorkByCancelIsCancelled() {
		run((desk) -> {
			Query query = new Query();
			CompletionStage<String> result = desk.returning(() -> query);

			this.time.advance(BUDGET);

			assertThat(query.stopped).isTrue();
			isOverTime(result.toCompletableFuture());
		});
	}

	@Test
	void futureOfAShieldedCallInsideIsLeftAlone() {
		run((desk) -> {
			CompletableFuture<String> answer = new CompletableFuture<>();
			List<CompletableFuture<String>> inside = new ArrayList<>();
			CompletionStage<String> result = desk.returning(() -> {
				inside.add(this.scopes.callAsync(ScopeOptions.none().shield(), (scope) -> answer));
				return inside.get(0);
			});

			this.time.advance(BUDGET);

			isOverTime(result.toCompletableFuture());
			assertThat(inside.get(0)).isNotDone();
			answer.complete("recorded");
			assertThat(inside.get(0)).isCompletedWithValue("recorded");
		});
	}

	@Test
	void exchangeOfTheHttpClientIsStoppedAndItsLastStageRuns() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			HttpClient client = HttpClient.newHttpClient();
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://localhost:" + server.getLocalPort() + "/quotes"))
				.build();
			run((desk) -> {
				CompletionStage<String> result = desk
					.permitted(() -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
						.thenApply(HttpResponse::body));
				try (Socket connection = server.accept()) {
					assertThat(connection.getInputStream().read()).isEqualTo('G');

					this.time.advance(BUDGET);

					isOverTime(result.toCompletableFuture());
					awaitEnd(connection);
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
				await().until(() -> this.permits.availablePermits() == CALLS);
			});
		}
	}

	/** The client has closed it, in one way or another. */
	private static void awaitEnd(Socket connection) {
		try {
			byte[] request = new byte[1024];
			while (connection.getInputStream().read(request) >= 0) {
				assertThat(request).isNotEmpty();
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageContaining("reset");
		}
	}

	private static void isOverTime(CompletableFuture<?> result) {
		assertThat(result).isCompletedExceptionally().isNotCancelled();
		assertThat(result).failsWithin(Duration.ZERO)
			.withThrowableThat()
			.withCauseInstanceOf(DeadlineExceededException.class);
	}

	private void run(Consumer<Desk> test) {
		this.runner.withBean(Desk.class, () -> new Desk()).run((context) -> test.accept(context.getBean(Desk.class)));
	}

	class Desk {

		private final Semaphore permits = MethodsFutureTests.this.permits;

		// tag::permits[]
		@CancelScoped("800ms")
		CompletableFuture<String> permitted(CompletableFuture<String> answer) {
			permits.acquireUninterruptibly();
			return answer.whenComplete((value, error) -> permits.release());
		}
		// end::permits[]

		@CancelScoped("800ms")
		CompletionStage<String> permitted(Supplier<CompletionStage<String>> work) {
			MethodsFutureTests.this.permits.acquireUninterruptibly();
			return work.get().whenComplete((value, error) -> MethodsFutureTests.this.permits.release());
		}

		@CancelScoped("800ms")
		CompletionStage<String> returning(Supplier<CompletionStage<String>> work) {
			return work.get();
		}

		@CancelScoped("800ms")
		Ticket ticket(Ticket answer) {
			MethodsFutureTests.this.permits.acquireUninterruptibly();
			return (Ticket) answer.whenComplete((value, error) -> MethodsFutureTests.this.permits.release());
		}

	}

	/** Makes its dependent stages itself. */
	static class Ticket extends CompletableFuture<String> {

		@Override
		@SuppressWarnings("unchecked")
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return (CompletableFuture<U>) new Ticket();
		}

	}

	/** Stops what it stands for. */
	static class Query extends CompletableFuture<String> {

		private boolean stopped;

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			this.stopped = true;
			return super.cancel(mayInterruptIfRunning);
		}

	}

}
