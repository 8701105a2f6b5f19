package io.cancelscope.spring.mongodb;

import java.lang.reflect.Proxy;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.cglib.proxy.Factory;

/**
 * What all proxies do alike.
 */
final class Proxies {

	/** Also called to close what is left of a cancelled scope. */
	private static final Set<String> PLAIN = Set.of("close", "appendMetadata");

	private Proxies() {
	}

	/** Whether a call does nothing in the server that a scope could stop. */
	static boolean isPlain(Call call) {
		return PLAIN.contains(call.name()) || (call.name().startsWith("get") && !call.name().equals("getMore"));
	}

	/** Makes a call of {@code equals}, {@code hashCode} or {@code toString}. */
	static @Nullable Object object(Call call, Object target) {
		if (!call.name().equals("equals")) {
			return call.on(target);
		}
		Object other = call.argument(0);
		return other != null && target.equals(target(other));
	}

	private static Object target(Object other) {
		Object handler = (other instanceof Factory front) ? front.getCallback(0)
				: Proxy.isProxyClass(other.getClass()) ? Proxy.getInvocationHandler(other) : other;
		return (handler instanceof Fronted fronted) ? fronted.target() : other;
	}

}
