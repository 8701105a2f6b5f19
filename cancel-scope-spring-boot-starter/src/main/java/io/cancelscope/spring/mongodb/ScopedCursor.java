package io.cancelscope.spring.mongodb;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import com.mongodb.client.MongoCursor;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that was opened in a scope. Each call belongs to the scope that is current
 * then. The session of the library's own is given back when the cursor has ended.
 */
final class ScopedCursor implements InvocationHandler {

	private static final Set<String> READING = Set.of("hasNext", "next", "tryNext");

	private final MongoCursor<?> target;

	private final @Nullable OwnSession session;

	private final boolean timed;

	private final boolean endless;

	private ScopedCursor(MongoCursor<?> target, @Nullable OwnSession session, boolean timed, boolean endless) {
		this.target = target;
		this.session = session;
		this.timed = timed;
		this.endless = endless;
	}

	static Object proxy(Call call, MongoCursor<?> target, @Nullable OwnSession session, boolean timed,
			boolean endless) {
		return Proxy.newProxyInstance(ScopedCursor.class.getClassLoader(),
				new Class<?>[] { call.method().getReturnType() }, new ScopedCursor(target, session, timed, endless));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		Call call = Call.of(method, arguments);
		if (READING.contains(call.name())) {
			return read(call);
		}
		return switch (call.name()) {
			case "close" -> close();
			case "forEachRemaining" -> forEachRemaining((MongoCursor<?>) proxy, call.argument(0));
			default -> call.on(this.target);
		};
	}

	private @Nullable Object read(Call call) {
		CancelScope scope = CancelScope.current();
		boolean stoppable = this.session != null || this.endless;
		Object result = (scope instanceof OpenScope)
				? Execution.run(scope, stoppable ? this::stop : null, this.timed, () -> call.on(this.target))
				: call.on(this.target);
		if (Boolean.FALSE.equals(result) && !this.endless) {
			closeSession(); // many read to the end and close nothing
		}
		return result;
	}

	/**
	 * Without a session that may be killed, a change stream waits for its next event for
	 * ever, in one round after another. Closing is what the driver has to end that.
	 */
	private void stop() {
		OwnSession session = this.session;
		if (session != null) {
			session.kill();
		}
		if (this.endless) {
			SessionKill.aside(this.target::close);
		}
	}

	private @Nullable Object close() {
		try {
			this.target.close();
		}
		finally {
			closeSession();
		}
		return null;
	}

	private void closeSession() {
		OwnSession session = this.session;
		if (session != null) {
			session.close();
		}
	}

	/** The application's code runs here, outside of what may be interrupted. */
	@SuppressWarnings("unchecked")
	private static @Nullable Object forEachRemaining(MongoCursor<?> proxy, @Nullable Object action) {
		Consumer<Object> each = (Consumer<Object>) Objects.requireNonNull(action, "action");
		while (proxy.hasNext()) {
			each.accept(proxy.next());
		}
		return null;
	}

}
