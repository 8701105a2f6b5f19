package io.cancelscope.spring.aop;

import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;

/**
 * Tells classes that a proxy can extend from those that it cannot: final classes, records
 * and enums among them, sealed classes, and those without a name, such as lambdas.
 */
final class Extensible {

	private Extensible() {
	}

	static boolean is(Class<?> type) {
		return !Modifier.isFinal(type.getModifiers()) && !type.isSealed() && !isWithoutName(type);
	}

	/**
	 * Whether the class is made at run time for its interfaces alone: of a lambda or by a
	 * JDK proxy. Its name says nothing, and its methods are those of the interfaces.
	 */
	static boolean isWithoutName(Class<?> type) {
		return type.isHidden() || Proxy.isProxyClass(type);
	}

}
