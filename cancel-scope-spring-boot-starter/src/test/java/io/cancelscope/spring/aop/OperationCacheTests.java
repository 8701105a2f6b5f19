package io.cancelscope.spring.aop;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

import io.cancelscope.ScopeOptions;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the next call through an interceptor finds what the last one needed.
 */
class OperationCacheTests {

	private static final Method RUN = method(Runnable.class, "run");

	private final OperationCache seen = new OperationCache();

	@Test
	void callsOfOneMethodAreToldApartByTheClassOfTheTarget() {
		CancelScopedOperation train = operation("train");
		CancelScopedOperation bus = operation("bus");

		this.seen.add(new Call(new Train(), RUN), train);
		this.seen.add(new Call(new Bus(), RUN), bus);

		assertThat(this.seen.find(new Call(new Train(), RUN))).isSameAs(train);
		assertThat(this.seen.find(new Call(new Bus(), RUN))).isSameAs(bus);
	}

	@Test
	void targetThatIsAProxyIsLookedAtEachTime() {
		Object proxy = new ProxyFactory(new Train()).getProxy();

		this.seen.add(new Call(proxy, RUN), operation("train"));

		assertThat(this.seen.find(new Call(proxy, RUN))).isNull();
	}

	@Test
	void callWithoutATargetIsLookedAtEachTime() {
		this.seen.add(new Call(null, RUN), operation("train"));

		assertThat(this.seen.find(new Call(null, RUN))).isNull();
	}

	@Test
	void manyAreAllFound() {
		Map<Method, CancelScopedOperation> added = new HashMap<>();
		for (Method method : String.class.getMethods()) {
			added.put(method, operation(method.getName()));
		}

		added.forEach((method, operation) -> this.seen.add(new Call("", method), operation));

		added.forEach((method, operation) -> assertThat(this.seen.find(new Call("", method))).isSameAs(operation));
		assertThat(this.seen.find(new Call("", RUN))).isNull();
	}

	@Test
	void thoseWhoMakeANewMethodForEachCallFillNothing() throws Exception {
		Method first = Runnable.class.getMethod("run");
		this.seen.add(new Call("", first), operation("first"));
		for (int i = 1; i < OperationCache.MOST; i++) {
			this.seen.add(new Call("", Runnable.class.getMethod("run")), operation("next"));
		}
		Method last = Runnable.class.getMethod("run");
		this.seen.add(new Call("", last), operation("last"));

		assertThat(this.seen.find(new Call("", first))).isNotNull();
		assertThat(this.seen.find(new Call("", last))).isNull();
	}

	private static CancelScopedOperation operation(String name) {
		return new CancelScopedOperation(ChangeableOptions.fixed(ScopeOptions.named(name)), null, null, null, null,
				false, null, false, false, null);
	}

	private static Method method(Class<?> type, String name) {
		Method method = ReflectionUtils.findMethod(type, name);
		assertThat(method).isNotNull();
		return method;
	}

	private static final class Train implements Runnable {

		@Override
		public void run() {
		}

	}

	private static final class Bus implements Runnable {

		@Override
		public void run() {
		}

	}

	private record Call(@Nullable Object target, Method method) implements MethodInvocation {

		@Override
		public Method getMethod() {
			return this.method;
		}

		@Override
		public @Nullable Object[] getArguments() {
			return new Object[0];
		}

		@Override
		public @Nullable Object proceed() {
			return null;
		}

		@Override
		public @Nullable Object getThis() {
			return this.target;
		}

		@Override
		public AccessibleObject getStaticPart() {
			return this.method;
		}

	}

}
