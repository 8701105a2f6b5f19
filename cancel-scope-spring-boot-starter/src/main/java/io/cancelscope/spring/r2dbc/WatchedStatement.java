package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A statement or batch whose execution is stopped with its scope. The scope is found when
 * there is a subscription.
 */
final class WatchedStatement implements InvocationHandler {

	private final Object target;

	private final WatchedConnection connection;

	WatchedStatement(Object target, WatchedConnection connection) {
		this.target = target;
		this.connection = connection;
	}

	@Override
	@SuppressWarnings("unchecked") // what the driver returns
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		switch (method.getName()) {
			case "equals":
				return arguments != null && proxy == arguments[0];
			case "hashCode":
				return System.identityHashCode(proxy);
			default:
				Object result = InterfaceProxies.call(this.target, method, arguments);
				if (result == this.target) {
					return proxy;
				}
				if (method.getName().equals("execute") && result instanceof Publisher<?> executed) {
					return WatchedPublisher.of((Publisher<Object>) executed, this::execute);
				}
				return result;
		}
	}

	private void execute(Publisher<Object> source, CoreSubscriber<? super Object> actual, Publisher<Object> self) {
		CancelScope scope = Scopes.of(actual.currentContext());
		if (scope != null && scope.isCancelled()) {
			WatchedPublisher.fail(actual, scope.exception());
			return;
		}
		Mono<Void> ready = this.connection.ready(scope != null);
		if (ready != null) {
			WatchedPublisher.after(ready, scope, self, actual);
		}
		else if (scope == null) {
			source.subscribe(actual);
		}
		else {
			Execution execution = new Execution(scope, this.connection);
			execution.subscribe(source, new WatchedSubscriber<>(execution, actual, true));
		}
	}

}
