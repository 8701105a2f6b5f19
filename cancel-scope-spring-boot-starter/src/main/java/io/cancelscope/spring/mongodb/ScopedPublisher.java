package io.cancelscope.spring.mongodb;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;

import com.mongodb.reactivestreams.client.ClientSession;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What an operation of the reactive driver returns. The operation begins with the
 * subscription, in the scope of the subscriber's Reactor Context, and with what is left
 * of its budget then.
 */
final class ScopedPublisher implements InvocationHandler, Fronted {

	/** The key that {@code ScopeInContext} of the feature for Reactor tells. */
	private static final String KEY = CancelScope.class.getName();

	private final Recipe recipe;

	private final Publisher<?> target;

	private final ReactiveClient client;

	private ScopedPublisher(Recipe recipe, Publisher<?> target, ReactiveClient client) {
		this.recipe = recipe;
		this.target = target;
		this.client = client;
	}

	static Object proxy(Call call, Object handle, ReactiveClient client) {
		return proxy(call, Recipe.of(handle, call), Objects.requireNonNull(call.on(handle)), client);
	}

	private static Object proxy(Call call, Recipe recipe, Object target, ReactiveClient client) {
		return Proxy.newProxyInstance(ScopedPublisher.class.getClassLoader(),
				new Class<?>[] { call.method().getReturnType() },
				new ScopedPublisher(recipe, (Publisher<?>) target, client));
	}

	static CancelScope scopeOf(ContextView context) {
		CancelScope inContext = context.getOrDefault(KEY, null);
		return (inContext != null) ? inContext : CancelScope.current();
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
		if (call.name().equals("subscribe")) {
			subscribe((Subscriber<?>) call.argument(0), call);
			return null;
		}
		if (!call.returns(Publisher.class)) {
			return call.on(this.target);
		}
		Object next = Objects.requireNonNull(call.on(this.target));
		if (next == this.target) {
			this.recipe.add(call);
			return proxy;
		}
		return proxy(call, this.recipe.then(call), next, this.client);
	}

	@SuppressWarnings("unchecked") // elements are those of the driver's publisher
	private void subscribe(@Nullable Subscriber<?> subscriber, Call call) {
		ContextView context = (subscriber instanceof CoreSubscriber<?> core) ? core.currentContext() : Context.empty();
		CancelScope scope = scopeOf(context);
		if (!(scope instanceof OpenScope) || subscriber == null) {
			call.on(this.target);
			return;
		}
		Flux.defer(() -> inScope(scope)).subscribe((Subscriber<Object>) subscriber);
	}

	private Flux<Object> inScope(CancelScope scope) {
		scope.check();
		Method withSession = this.recipe.isCalled("toCollection") ? null : this.client.withSession(this.recipe.root());
		if (withSession == null) {
			return inScope(scope, null, null);
		}
		Flux<Object> read = Flux.defer(() -> withSession(scope, withSession));
		return this.client.hasFoundServer() ? read : this.client.findServer(scope).thenMany(read);
	}

	private Flux<Object> withSession(CancelScope scope, Method withSession) {
		scope.check();
		if (!this.client.hasSessions()) {
			return inScope(scope, null, null);
		}
		return this.client.session().flatMapMany((session) -> inScope(scope, session, withSession));
	}

	@SuppressWarnings("unchecked") // elements are those of the driver's publisher
	private Flux<Object> inScope(CancelScope scope, @Nullable OwnSession session, @Nullable Method withSession) {
		boolean inTransaction = this.recipe.root().argument(0) instanceof ClientSession own
				&& own.hasActiveTransaction();
		Timed timed = Timed.of(scope, this.recipe, inTransaction, ReactiveDriver.timeout(this.recipe.handle()));
		Object handle = ReactiveDriver.withTimeout(this.recipe.handle(), timed.millis());
		Publisher<Object> source = (Publisher<Object>) this.recipe.repeat(handle,
				(session != null) ? session.session() : null, withSession);
		return new ReactiveOperation(scope, timed, session).run(source);
	}

}
