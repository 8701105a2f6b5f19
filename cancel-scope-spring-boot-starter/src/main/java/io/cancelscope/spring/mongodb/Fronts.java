package io.cancelscope.spring.mongodb;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.cglib.core.SpringNamingPolicy;
import org.springframework.cglib.proxy.Enhancer;
import org.springframework.cglib.proxy.Factory;
import org.springframework.cglib.proxy.InvocationHandler;

/**
 * Makes proxies of clients, databases and collections. They are no proxies of the JDK:
 * Spring Data MongoDB takes each of those for one of its own that is bound to a session,
 * and the operations of a transaction would silently run outside of it.
 */
final class Fronts {

	private static final Map<Class<?>, Factory> prototypes = new ConcurrentHashMap<>();

	private Fronts() {
	}

	/**
	 * Creates a proxy.
	 * @param type the interface of the driver that it implements
	 * @param handler gets all calls
	 */
	static Object create(Class<?> type, InvocationHandler handler) {
		return prototypes.computeIfAbsent(type, Fronts::prototype).newInstance(handler);
	}

	private static Factory prototype(Class<?> type) {
		Enhancer enhancer = new Enhancer();
		enhancer.setClassLoader(Fronts.class.getClassLoader());
		enhancer.setSuperclass(Front.class);
		enhancer.setInterfaces(new Class<?>[] { type });
		enhancer.setNamingPolicy(SpringNamingPolicy.INSTANCE);
		enhancer.setCallback((InvocationHandler) (proxy, method, arguments) -> {
			throw new IllegalStateException("Cannot call a prototype. Use a MongoClient bean");
		});
		return (Factory) enhancer.create();
	}

	/** Gives the proxies a package. */
	abstract static class Front {

	}

}
