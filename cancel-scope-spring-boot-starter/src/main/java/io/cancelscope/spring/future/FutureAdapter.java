package io.cancelscope.spring.future;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * Ties scopes to futures. Where a method may return any {@link CompletableFuture}, or any
 * {@link Future}, the caller gets one of ours; where it declares a type that we can't
 * make, such as a subclass, the caller gets the method's own.
 */
final class FutureAdapter implements ReturnValueAdapter {

	private final LateResults lateResults;

	FutureAdapter(LateResults lateResults) {
		this.lateResults = lateResults;
	}

	@Override
	public @Nullable Handler handlerFor(Class<?> returnType) {
		if (Future.class.isAssignableFrom(returnType) || CompletionStage.class.isAssignableFrom(returnType)) {
			boolean replaceable = returnType.isAssignableFrom(CompletableFuture.class);
			boolean plain = returnType == Future.class;
			return (call) -> handle(call, replaceable, plain);
		}
		return null;
	}

	private @Nullable Object handle(ScopedCall call, boolean replaceable, boolean plain) throws Throwable {
		CancelScope around = CancelScope.current();
		OpenScope scope = call.open();
		Object returned;
		try {
			returned = call.proceedIn(scope);
		}
		catch (Throwable ex) {
			Throwable failure = call.fail(scope, ex);
			if (call.hasStandIn(scope, failure)) {
				return call.standIn(scope, around);
			}
			throw failure;
		}
		if (returned instanceof CompletionStage<?> stage) {
			return replaceable ? new ScopedFuture<>(call, scope, around, stage, this.lateResults).start()
					: KeptStage.start(call, scope, stage);
		}
		if (plain && returned instanceof Future<?> future) {
			return asked(call, scope, around, future);
		}
		// Another kind of Future tells nobody when it is done.
		scope.close();
		return returned;
	}

	private <T> Future<T> asked(ScopedCall call, OpenScope scope, CancelScope around, Future<T> future) {
		AskedStage<T> stage = new AskedStage<>(future);
		stage.look();
		CompletableFuture<T> result = new ScopedFuture<>(call, scope, around, stage, this.lateResults).start();
		AskedFuture<T> asked = new AskedFuture<>(result, stage, scope);
		Unasked.watch(asked, result, stage, scope);
		return asked;
	}

}
