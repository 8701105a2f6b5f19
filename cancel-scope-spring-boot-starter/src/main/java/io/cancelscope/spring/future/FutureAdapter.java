package io.cancelscope.spring.future;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.cancelscope.spring.ReturnValueAdapter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Ties scopes to futures. Where a method may return any
 * {@link java.util.concurrent.CompletableFuture}, or any {@link Future}, the caller gets
 * one of ours; where it declares a type that we can't make, such as a subclass, the
 * caller gets the method's own.
 */
final class FutureAdapter implements ReturnValueAdapter, DisposableBean {

	private final LateResults lateResults;

	FutureAdapter(LateResults lateResults) {
		this.lateResults = lateResults;
	}

	@Override
	public @Nullable Handler handlerFor(Class<?> returnType) {
		return (Future.class.isAssignableFrom(returnType) || CompletionStage.class.isAssignableFrom(returnType))
				? new FutureHandler(returnType, this.lateResults) : null;
	}

	@Override
	public void destroy() {
		this.lateResults.close();
	}

}
