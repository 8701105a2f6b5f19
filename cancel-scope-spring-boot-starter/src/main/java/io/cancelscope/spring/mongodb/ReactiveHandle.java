package io.cancelscope.spring.mongodb;

import java.lang.reflect.Method;
import java.util.Objects;

import com.mongodb.ClientSessionOptions;
import com.mongodb.reactivestreams.client.ClientSession;
import com.mongodb.reactivestreams.client.MongoCluster;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.cglib.proxy.InvocationHandler;

/**
 * A client, database or collection of the reactive driver whose operations end with their
 * scope.
 */
final class ReactiveHandle implements InvocationHandler, Fronted {

	private final Object target;

	private final ReactiveClient client;

	private ReactiveHandle(Object target, ReactiveClient client) {
		this.target = target;
		this.client = client;
	}

	static Object proxy(Object target, Class<?> type, ReactiveClient client) {
		return Fronts.create(type, new ReactiveHandle(target, client));
	}

	@Override
	public Object target() {
		return this.target;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		Call call = Call.of(method, arguments);
		if (call.isOf(Object.class)) {
			return Proxies.object(call, this.target);
		}
		Class<?> returned = method.getReturnType();
		if (ReactiveDriver.isHandle(returned)) {
			return proxy(Objects.requireNonNull(call.on(this.target)), returned, this.client);
		}
		if (call.name().equals("startSession")) {
			return startSession((MongoCluster) this.target, (ClientSessionOptions) call.argument(0));
		}
		return call.returns(Publisher.class) ? ScopedPublisher.proxy(call, this.target, this.client)
				: call.on(this.target);
	}

	private static Mono<ClientSession> startSession(MongoCluster target, @Nullable ClientSessionOptions options) {
		return Mono.deferContextual((context) -> {
			CancelScope scope = ScopedPublisher.scopeOf(context);
			if (scope instanceof OpenScope) {
				return Mono
					.from(target.startSession(SessionOptions.limited(scope, options, ReactiveDriver.timeout(target))));
			}
			return Mono.from((options != null) ? target.startSession(options) : target.startSession());
		});
	}

}
