package io.cancelscope.spring.grpc;

import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.CompletionException;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.advice.GrpcAdvice;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a caller gets if an exception ends its call.
 */
@ExtendWith(OutputCaptureExtension.class)
class CallExceptionTests {

	private static final TestServer server = TestServer.of(Transport.NETTY);

	private static final TestServer handling = TestServer.start(Transport.NETTY, new Class<?>[] { OwnHandlers.class });

	@AfterAll
	static void close() {
		handling.close();
	}

	@BeforeEach
	void reset() {
		server.handlers().reset();
		server.scopes().reset();
		handling.handlers().reset();
		handling.scopes().reset();
	}

	@ParameterizedTest
	@CsvSource({ "REQUESTED, CANCELLED, The call was cancelled", "DISCONNECTED, CANCELLED, The call was cancelled",
			"SHUTDOWN, UNAVAILABLE, The application is shutting down",
			"FAILED, INTERNAL, The call was cancelled because of a failure" })
	void kindsAreAnswered(CancelReason.Kind kind, Status.Code code, String description) {
		server.handlers().unary = (ask, answers) -> {
			CancelScope.current().cancel(kind, "secret", new IllegalStateException("secret"));
			CancelScope.current().check();
		};

		Status status = failure(server);

		assertThat(status.getCode()).isEqualTo(code);
		assertThat(status.getDescription()).isEqualTo(description);
	}

	@Test
	void handlerThatReturnsWithoutAnAnswerIsAnsweredFor() {
		server.handlers().unary = (ask, answers) -> CancelScope.current().cancel("enough");

		assertThat(failure(server).getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.CANCELLED);
	}

	@Test
	void deadlineOfAScopeInsideIsADeadline() {
		server.handlers().unary = (ask, answers) -> inner(server);

		assertThat(failure(server).getDescription()).isEqualTo("The call exceeded its deadline");
	}

	@Test
	void exceptionThatAnotherWrapsIsFound() {
		server.handlers().unary = (ask, answers) -> {
			Throwable inner = catchThrowable(() -> inner(server));
			throw new CompletionException(inner);
		};

		assertThat(failure(server).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
	}

	@ParameterizedTest
	@CsvSource({ "UNKNOWN, DEADLINE_EXCEEDED", "CANCELLED, DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED, DEADLINE_EXCEEDED",
			"RESOURCE_EXHAUSTED, RESOURCE_EXHAUSTED" })
	void callThatIsClosedWithAnExceptionIsAnsweredLikeOneThatThrows(Status.Code closed, Status.Code answered) {
		server.handlers().unary = (ask, answers) -> answers.onError(
				closed.toStatus().withCause(catchThrowable(() -> inner(server))).withDescription("own").asException());
		Status status = failure(server);
		assertThat(status.getCode()).isEqualTo(answered);
		assertThat("own".equals(status.getDescription())).isEqualTo(answered == Status.Code.RESOURCE_EXHAUSTED);

		server.handlers().unary = (ask, answers) -> {
			throw closed.toStatus()
				.withCause(catchThrowable(() -> inner(server)))
				.withDescription("own")
				.asRuntimeException();
		};
		assertThat(failure(server)).usingRecursiveComparison().ignoringFields("cause").isEqualTo(status);
	}

	@Test
	void answerOfTheApplicationIsNoFailure() {
		server.handlers().unary = (ask, answers) -> {
			throw Status.NOT_FOUND.withDescription("no such trip").asRuntimeException();
		};

		assertThat(failure(server).getDescription()).isEqualTo("no such trip");
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.COMPLETED);
	}

	@Test
	void exceptionCancelsTheScope() {
		server.handlers().unary = (ask, answers) -> {
			throw new IllegalStateException("broken");
		};

		assertThat(failure(server).getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(server.scopes().only().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void exceptionThatTheCallIsClosedWithCancelsTheScope() {
		server.handlers().unary = (ask, answers) -> answers.onError(new IllegalStateException("broken"));

		assertThat(failure(server).getCode()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(server.scopes().only().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void exceptionOfAStreamingMethodIsAnswered() {
		server.handlers().bidiStream = (answers) -> {
			inner(server);
			return new Handlers.Asks(answers, (ask) -> {
			});
		};
		Outcome outcome = new Outcome();

		server.async().bidiStream(outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(server.scopes().last().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void otherExceptionOfAStreamingMethodIsAnsweredByGrpc() {
		server.handlers().bidiStream = (answers) -> {
			throw new IllegalStateException("broken");
		};
		Outcome outcome = new Outcome();

		server.async().bidiStream(outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.UNKNOWN);
		assertThat(server.scopes().only().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void handlerThatAnsweredAndThenThrowsHasAnswered() {
		server.handlers().unary = (ask, answers) -> {
			answers.onNext(Handlers.answer("first"));
			answers.onCompleted();
			inner(server);
		};

		assertThat(server.blocking().unary(Handlers.ask("a")).getText()).isEqualTo("first");
	}

	@Test
	void ownHandlerTakesPrecedence() {
		handling.handlers().unary = (ask, answers) -> {
			CancelScope.current().cancel("enough");
			CancelScope.current().check();
		};

		Status status = failure(handling);

		assertThat(status.getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(status.getDescription()).isEqualTo("own answer");
	}

	@Test
	void ownAdviceTakesPrecedence() {
		handling.handlers().unary = (ask, answers) -> {
			throw new OwnException(catchThrowable(() -> inner(handling)));
		};

		assertThat(failure(handling).getDescription()).isEqualTo("own advice");
	}

	@Test
	void ownHandlerIsAskedForAnExceptionThatTheCallIsClosedWith() {
		handling.handlers().unary = (ask, answers) -> {
			CancelScope.current().cancel("enough");
			answers.onError(CancelScope.current().exception());
		};

		assertThat(failure(handling).getDescription()).isEqualTo("own answer");
	}

	@Test
	void forgottenScopeIsLogged(CapturedOutput output) {
		server.handlers().unary = (ask, answers) -> {
			forget(server);
			answers.onNext(Handlers.answer("answered"));
			answers.onCompleted();
		};

		assertThat(server.blocking().unary(Handlers.ask("a")).getText()).isEqualTo("answered");
		server.scopes().last();
		assertThat(output).contains("Call 'cancelscope.calls.Calls/Unary' did not close all of its scopes");
	}

	@SuppressWarnings("resource")
	private static void forget(TestServer server) {
		server.context().getBean(CancelScopes.class).open(ScopeOptions.named("forgotten"));
	}

	private static Status failure(TestServer server) {
		return Status.fromThrowable(catchThrowable(() -> server.blocking().unary(Handlers.ask("a"))));
	}

	private static void inner(TestServer server) {
		try (OpenScope scope = server.context()
			.getBean(CancelScopes.class)
			.open(ScopeOptions.named("inner").withTimeout(Duration.ZERO))) {
			scope.check();
		}
	}

	static class OwnException extends RuntimeException {

		@Serial
		private static final long serialVersionUID = 1L;

		OwnException(Throwable cause) {
			super(cause);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandlers {

		@Bean
		GrpcExceptionHandler ownHandler() {
			return (thrown) -> (thrown instanceof ScopeCancelledException) ? status("own answer") : null;
		}

		@Bean
		Advice advice() {
			return new Advice();
		}

		private static @Nullable StatusException status(String description) {
			return Status.ABORTED.withDescription(description).asException(new Metadata());
		}

	}

	@GrpcAdvice
	public static class Advice {

		@org.springframework.grpc.server.advice.GrpcExceptionHandler(OwnException.class)
		public Status own(OwnException exception) {
			return Status.ABORTED.withDescription("own advice");
		}

	}

}
