package io.cancelscope.spring.r2dbc;

import java.lang.reflect.Method;
import java.util.function.Supplier;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.util.function.SingletonSupplier;

/**
 * Has the connections of a {@link ConnectionFactory} watched over, and ends the wait for
 * them.
 */
final class CreateInterceptor implements MethodInterceptor {

	private final SingletonSupplier<CancelScopeR2dbcProperties> properties;

	private final boolean checkCommit;

	/** Of the bean that was asked last: most applications have one. */
	private volatile @Nullable ServerStops last;

	/**
	 * Creates one.
	 * @param properties looked up once, since a bean factory takes its time for that
	 */
	CreateInterceptor(Supplier<CancelScopeR2dbcProperties> properties, boolean checkCommit) {
		this.properties = SingletonSupplier.of(properties);
		this.checkCommit = checkCommit;
	}

	@Override
	@SuppressWarnings("unchecked") // what the method returns
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object result = invocation.proceed();
		Method method = invocation.getMethod();
		if (method.getName().equals("create") && method.getParameterCount() == 0
				&& result instanceof Publisher<?> created
				&& invocation.getThis() instanceof ConnectionFactory factory) {
			return new Borrowing((Publisher<? extends Connection>) created, stops(factory), this.checkCommit);
		}
		return result;
	}

	private ServerStops stops(ConnectionFactory factory) {
		ServerStops stops = this.last;
		if (stops == null || !stops.isOf(factory)) {
			stops = new ServerStops(factory, this.properties.obtain().abortAfter());
			this.last = stops;
		}
		return stops;
	}

}
