package io.cancelscope.spring.aop;

import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.ChangedLibrary;
import org.aspectj.lang.Aspects;
import org.aspectj.weaver.loadtime.Agent;
import org.jspecify.annotations.Nullable;

/**
 * What load-time weaving has done to classes, and which context answers for them.
 * <p>
 * The aspect in such classes is made by the weaver, once, and knows no context. So
 * contexts enter themselves here while they are open. Nothing here keeps one alive: they
 * leave when they close, and those that nobody closed may be collected.
 */
final class LoadTimeWovenClasses {

	/**
	 * AspectJ moves the body of an advised method into a method with this in its name.
	 */
	static final String BODY = "_aroundBody";

	private static final boolean isThere = isWeaverThere();

	private static final ClassValue<Boolean> bodies = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			boolean found = CancelScopedSource.declaredMethods(type)
				.stream()
				.anyMatch((method) -> method.getName().contains(BODY));
			if (!found) {
				ChangedLibrary.report(Aspects.class,
						"a weaver that makes methods '…" + BODY + "…', as in " + type.getName(),
						"woven methods of beans open two scopes");
			}
			return found;
		}

	};

	/** The last that opened comes first. */
	private static final List<WeakReference<CancelScopedInterceptor>> contexts = new CopyOnWriteArrayList<>();

	private LoadTimeWovenClasses() {
	}

	private static boolean isWeaverThere() {
		try {
			Agent.getInstrumentation();
			return true;
		}
		catch (UnsupportedOperationException | LinkageError ex) {
			// AspectJ is not started as an agent, or not there at all.
			return false;
		}
	}

	/** Whether the weaver is at work in this JVM. */
	static boolean isThere() {
		return isThere;
	}

	/**
	 * Whether the aspect is in the code of the method: it stands where the aspect sees
	 * it, and the weaver has moved its body into a method of its own.
	 */
	static boolean isIn(Method method) {
		Class<?> type = method.getDeclaringClass();
		if (!isThere
				|| !(method.isAnnotationPresent(CancelScoped.class) || type.isAnnotationPresent(CancelScoped.class))) {
			return false;
		}
		String body = method.getName() + BODY;
		return CancelScopedSource.declaredMethods(type).stream().anyMatch((other) -> other.getName().startsWith(body));
	}

	/** Reports a woven class that {@link #isIn} does not recognise. */
	static boolean checkWoven(Class<?> type) {
		return bodies.get(type);
	}

	/** From now on the context answers for woven code. */
	static void enter(CancelScopedInterceptor context) {
		contexts.removeIf((reference) -> reference.get() == null);
		contexts.add(0, new WeakReference<>(context));
	}

	static void leave(CancelScopedInterceptor context) {
		contexts.removeIf((reference) -> reference.get() == null || reference.get() == context);
	}

	/**
	 * Returns who answers for a method: the context that has made beans of the class, or
	 * else the one that opened last; {@code null} if none is open.
	 */
	static @Nullable CancelScopedInterceptor contextFor(Method method, Class<?> targetClass) {
		List<CancelScopedInterceptor> open = new ArrayList<>(1);
		for (WeakReference<CancelScopedInterceptor> reference : contexts) {
			CancelScopedInterceptor context = reference.get();
			if (context != null) {
				open.add(context);
			}
		}
		if (open.size() < 2) {
			return open.isEmpty() ? null : open.get(0);
		}
		return open.stream().filter((context) -> context.knows(method, targetClass)).findFirst().orElse(open.get(0));
	}

}
