package io.cancelscope.spring.r2dbc;

import java.util.function.Supplier;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Has the connections of a {@link ConnectionFactory} watched over, and ends the wait for
 * them.
 */
final class CreateInterceptor implements MethodInterceptor {

	private final Supplier<R2dbcCancelProperties> properties;

	private final boolean checkCommit;

	CreateInterceptor(Supplier<R2dbcCancelProperties> properties, boolean checkCommit) {
		this.properties = properties;
		this.checkCommit = checkCommit;
	}

	@Override
	@SuppressWarnings("unchecked") // what the method returns
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object result = invocation.proceed();
		if (result instanceof Publisher<?> created && invocation.getMethod().getName().equals("create")
				&& invocation.getMethod().getParameterCount() == 0
				&& invocation.getThis() instanceof ConnectionFactory factory) {
			ServerStops stops = new ServerStops(factory, this.properties.get().abortAfter());
			return new Borrowing((Publisher<? extends Connection>) created, stops, this.checkCommit);
		}
		return result;
	}

}
