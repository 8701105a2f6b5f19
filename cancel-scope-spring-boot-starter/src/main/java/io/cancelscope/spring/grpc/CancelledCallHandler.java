package io.cancelscope.spring.grpc;

import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * Answers exceptions of the library, after all handlers of the application.
 */
final class CancelledCallHandler implements GrpcExceptionHandler, Ordered {

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public @Nullable StatusException handleException(Throwable exception) {
		Status status = CallAnswers.of(exception);
		return (status != null) ? status.asException() : null;
	}

}
