package io.cancelscope.spring.grpc;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.OneLineLog;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * Answers to calls that a cancellation ended. An answer names no scope and repeats no
 * text of people or exceptions, since anybody may read it. A handler of the application
 * takes precedence.
 */
final class CallAnswers {

	/** What grpc-java and generated stubs say where the application says nothing. */
	private static final Set<Status.Code> NO_ANSWER = Set.of(Status.Code.UNKNOWN, Status.Code.CANCELLED,
			Status.Code.DEADLINE_EXCEEDED);

	private static final Status OUT_OF_TIME = Status.DEADLINE_EXCEEDED
		.withDescription("The call exceeded its deadline");

	private static final OneLineLog logger = OneLineLog.of(CallAnswers.class);

	private final Supplier<List<GrpcExceptionHandler>> handlers;

	/**
	 * Creates an instance.
	 * @param handlers the exception handlers in their order
	 */
	CallAnswers(Supplier<List<GrpcExceptionHandler>> handlers) {
		this.handlers = handlers;
	}

	/**
	 * Returns the status for a cancelled scope.
	 * @param reason the reason of the cancellation
	 * @param exception the exception to attach, which the transport does not send
	 */
	static Status of(CancelReason reason, Throwable exception) {
		Status status = switch (reason.kind()) {
			case DEADLINE -> OUT_OF_TIME;
			case REQUESTED, DISCONNECTED -> Status.CANCELLED.withDescription("The call was cancelled");
			case SHUTDOWN -> Status.UNAVAILABLE.withDescription("The application is shutting down");
			case FAILED, MISNESTED -> Status.INTERNAL.withDescription("The call was cancelled because of a failure");
		};
		return status.withCause(exception);
	}

	/**
	 * Returns the status for a call that did not begin because less was left than it
	 * requires. For a caller that is the same as a call without any time.
	 * @param exception the exception to attach, which the transport does not send
	 */
	static Status ofRefused(Throwable exception) {
		return OUT_OF_TIME.withCause(exception);
	}

	/**
	 * Returns the status for an exception of the library, or for one that it caused.
	 * @return the status, or {@code null} if the exception is not the library's, or is an
	 * answer that the application has chosen
	 */
	static @Nullable Status of(Throwable thrown) {
		ScopeCancelledException ours = ScopeCancelledException.findIn(thrown);
		return (ours != null && NO_ANSWER.contains(Status.fromThrowable(thrown).getCode())) ? of(ours.reason(), thrown)
				: null;
	}

	/**
	 * Returns the answer to an exception that a handler throws, or closes the call with.
	 * @return the answer, or {@code null} as by {@link #of(Throwable)}
	 */
	@Nullable StatusException answerTo(Throwable thrown) {
		Status status = of(thrown);
		if (status == null) {
			return null;
		}
		for (GrpcExceptionHandler handler : this.handlers.get()) {
			StatusException answer = answerOf(handler, thrown);
			if (answer != null) {
				return answer;
			}
		}
		return status.asException();
	}

	private static @Nullable StatusException answerOf(GrpcExceptionHandler handler, Throwable thrown) {
		try {
			return handler.handleException(thrown);
		}
		catch (RuntimeException ex) {
			logger.debug("An exception handler for gRPC failed, so the answer is the library's", ex);
			return null;
		}
	}

	/** Whether the application says by this exception what it thinks of a call. */
	static boolean isAnswer(Throwable thrown) {
		return thrown instanceof StatusRuntimeException || thrown instanceof StatusException;
	}

}
