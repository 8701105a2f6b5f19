package io.cancelscope.spring.mongodb;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoIterable;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * What {@code find}, {@code aggregate} and the like return. Its operation begins in the
 * scope that is current when the first element is asked for, and with what is left of its
 * budget then. By default the driver's timeout is one for the whole life of a cursor.
 */
final class ScopedIterable implements InvocationHandler, Fronted {

	private final Recipe recipe;

	private final MongoIterable<?> target;

	private final SyncClient client;

	private ScopedIterable(Recipe recipe, MongoIterable<?> target, SyncClient client) {
		this.recipe = recipe;
		this.target = target;
		this.client = client;
	}

	static Object proxy(Call call, Object handle, SyncClient client) {
		return proxy(call, Recipe.of(handle, call), Objects.requireNonNull(call.on(handle)), client);
	}

	private static Object proxy(Call call, Recipe recipe, Object target, SyncClient client) {
		return Proxy.newProxyInstance(ScopedIterable.class.getClassLoader(),
				new Class<?>[] { call.method().getReturnType() },
				new ScopedIterable(recipe, (MongoIterable<?>) target, client));
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
		if (call.returns(MongoIterable.class)) {
			return next(proxy, call);
		}
		CancelScope scope = CancelScope.current();
		if (!(scope instanceof OpenScope) || Proxies.isPlain(call)) {
			return call.on(this.target);
		}
		return switch (call.name()) {
			case "iterator", "cursor" -> open(scope, call);
			case "forEach" -> forEach((MongoIterable<?>) proxy, call.argument(0));
			case "into" -> into((MongoIterable<?>) proxy, call.argument(0));
			case "spliterator" -> spliterator((MongoIterable<?>) proxy);
			default -> operate(scope, call);
		};
	}

	private Object next(Object proxy, Call call) {
		Object next = Objects.requireNonNull(call.on(this.target));
		if (next == this.target) {
			this.recipe.add(call);
			return proxy;
		}
		return proxy(call, this.recipe.then(call), next, this.client);
	}

	private Object open(CancelScope scope, Call call) {
		scope.check();
		Method withSession = this.client.withSession(scope, this.recipe.root());
		Timed timed = timed(scope);
		OwnSession session = (withSession != null) ? this.client.session() : null;
		try {
			Object iterable = repeat(timed, session, withSession);
			Object cursor = Execution.run(scope, (session != null) ? session::kill : null, timed.isByScope(),
					() -> call.on(iterable));
			return ScopedCursor.proxy(call, (MongoCursor<?>) Objects.requireNonNull(cursor), session, timed.isByScope(),
					this.recipe.isEndless());
		}
		catch (RuntimeException | Error ex) {
			if (session != null) {
				session.close();
			}
			throw ex;
		}
	}

	/** What needs no cursor of the caller's, such as the first element. */
	private @Nullable Object operate(CancelScope scope, Call call) {
		scope.check();
		boolean writes = call.name().equals("toCollection");
		Method withSession = writes ? null : this.client.withSession(scope, this.recipe.root());
		Timed timed = timed(scope);
		if (withSession == null) {
			Object iterable = repeat(timed, null, null);
			return Execution.run(scope, null, timed.isByScope(), () -> call.on(iterable));
		}
		OwnSession session = this.client.session();
		try (session) {
			Object iterable = repeat(timed, session, withSession);
			return Execution.run(scope, session::kill, timed.isByScope(), () -> call.on(iterable));
		}
	}

	private Object repeat(Timed timed, @Nullable OwnSession session, @Nullable Method withSession) {
		return this.recipe.repeat(SyncDriver.withTimeout(this.recipe.handle(), timed.millis()),
				(session != null) ? session.session() : null, withSession);
	}

	private Timed timed(CancelScope scope) {
		boolean inTransaction = this.recipe.root().argument(0) instanceof ClientSession session
				&& session.hasActiveTransaction();
		return Timed.of(scope, this.recipe, inTransaction, SyncDriver.timeout(this.recipe.handle()));
	}

	/** The application's code runs here, outside of what may be interrupted. */
	@SuppressWarnings("unchecked")
	private static @Nullable Object forEach(MongoIterable<?> proxy, @Nullable Object action) {
		Consumer<Object> each = (Consumer<Object>) Objects.requireNonNull(action, "action");
		try (MongoCursor<?> cursor = proxy.iterator()) {
			while (cursor.hasNext()) {
				each.accept(cursor.next());
			}
		}
		return null;
	}

	@SuppressWarnings("unchecked")
	private static Object into(MongoIterable<?> proxy, @Nullable Object target) {
		Collection<Object> collection = (Collection<Object>) Objects.requireNonNull(target, "target");
		forEach(proxy, (Consumer<Object>) collection::add);
		return collection;
	}

	private static Object spliterator(MongoIterable<?> proxy) {
		return Spliterators.spliteratorUnknownSize(proxy.iterator(), Spliterator.ORDERED);
	}

}
