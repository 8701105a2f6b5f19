package io.cancelscope.spring.mongodb;

import java.lang.reflect.Method;
import java.util.Objects;

import com.mongodb.ClientSessionOptions;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoIterable;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

import org.springframework.cglib.proxy.InvocationHandler;

/**
 * A client, database or collection of the blocking driver whose operations end with their
 * scope. Proxies hold the driver's own objects: everything behind them is as the driver
 * has made it.
 */
final class ScopedHandle implements InvocationHandler, Fronted {

	private final Object target;

	private final SyncClient client;

	private ScopedHandle(Object target, SyncClient client) {
		this.target = target;
		this.client = client;
	}

	static Object proxy(Object target, Class<?> type, SyncClient client) {
		return Fronts.create(type, new ScopedHandle(target, client));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		Call call = Call.of(method, arguments);
		if (call.isOf(Object.class)) {
			return Proxies.object(call, this.target);
		}
		Class<?> returned = method.getReturnType();
		if (SyncDriver.isHandle(returned)) {
			return proxy(Objects.requireNonNull(call.on(this.target)), returned, this.client);
		}
		if (call.returns(MongoIterable.class)) {
			return ScopedIterable.proxy(call, this.target, this.client);
		}
		CancelScope scope = CancelScope.current();
		if (!(scope instanceof OpenScope) || Proxies.isPlain(call)) {
			return call.on(this.target);
		}
		if (call.returns(ClientSession.class)) {
			return ((MongoCluster) this.target).startSession(SessionOptions.limited(scope,
					(ClientSessionOptions) call.argument(0), SyncDriver.timeout(this.target)));
		}
		return operate(scope, call);
	}

	private @Nullable Object operate(CancelScope scope, Call call) {
		scope.check();
		Method withSession = this.client.withSession(scope, call);
		boolean inTransaction = call.argument(0) instanceof ClientSession session && session.hasActiveTransaction();
		long millis = inTransaction ? Budget.NONE
				: Budget.millis(scope, SyncDriver.timeout(this.target), Budget.maxTime(call));
		Object handle = SyncDriver.withTimeout(this.target, millis);
		if (withSession == null) {
			return Execution.run(scope, null, millis != Budget.NONE || inTransaction, () -> call.on(handle));
		}
		OwnSession session = this.client.session();
		try (session) {
			return Execution.run(scope, session::kill, millis != Budget.NONE,
					() -> call.on(handle, session.session(), withSession));
		}
	}

	@Override
	public Object target() {
		return this.target;
	}

}
