package io.cancelscope.spring.grpc;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.spring.ScopeNames;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;

import org.springframework.util.function.SingletonSupplier;

/**
 * Names of the scopes of calls. A method that the application has registered has its full
 * name. A server with a fallback registry accepts names that callers invent, so all other
 * methods share one name. Thread-safe.
 */
final class ServedMethods implements ScopeNames {

	/** The name of all methods that are not known. */
	static final String OTHERS = "grpc/**";

	private final Supplier<Set<String>> declared;

	/** Of services that a server has without being beans. */
	private final Set<String> started = ConcurrentHashMap.newKeySet();

	/**
	 * Creates an instance.
	 * @param services the services of the application; called once, at the first call
	 */
	ServedMethods(Supplier<Stream<ServerServiceDefinition>> services) {
		this.declared = SingletonSupplier.of(() -> names(services.get()));
	}

	/** Adds the services that a server has. */
	void startedWith(Server server) {
		this.started.addAll(names(server.getImmutableServices().stream()));
	}

	private static Set<String> names(Stream<ServerServiceDefinition> services) {
		return services.flatMap((service) -> service.getMethods().stream())
			.map(ServerMethodDefinition::getMethodDescriptor)
			.map(MethodDescriptor::getFullMethodName)
			.collect(TreeSet::new, Set::add, Set::addAll);
	}

	String nameOf(MethodDescriptor<?, ?> method) {
		String name = method.getFullMethodName();
		return (this.declared.get().contains(name) || this.started.contains(name)) ? name : OTHERS;
	}

	@Override
	public boolean canRequire() {
		return true;
	}

	@Override
	public Collection<String> names() {
		Set<String> names = new TreeSet<>(this.declared.get());
		names.addAll(this.started);
		names.addAll(List.of(OTHERS));
		return names;
	}

}
