package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A result of an execution. Its rows belong to the execution, too.
 */
final class ScopeAwareResult implements InvocationHandler {

	/** In place of what functions of the application make of rows. */
	static final Object DISCARDED = new Object();

	private final Result target;

	private final StatementExecution execution;

	/** Of the first of those that filters make of it. */
	private final ScopeAwareResult first;

	private final AtomicBoolean taken = new AtomicBoolean();

	ScopeAwareResult(Result target, StatementExecution execution) {
		this.target = target;
		this.execution = execution;
		this.first = this;
	}

	private ScopeAwareResult(Result target, ScopeAwareResult first) {
		this.target = target;
		this.execution = first.execution;
		this.first = first;
	}

	Object proxy() {
		return InterfaceProxies.create(this.target, this);
	}

	Result target() {
		return this.target;
	}

	/** Returns whether it is the caller's to read, which is so once. */
	boolean take() {
		return this.first.taken.compareAndSet(false, true);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		switch (method.getName()) {
			case "equals":
				return arguments != null && proxy == arguments[0];
			case "hashCode":
				return System.identityHashCode(proxy);
			default:
				Object result = InterfaceProxies.call(this.target, method, stoppable(method.getName(), arguments));
				if (result instanceof Publisher<?> items) {
					return ScopeAwarePublisher.of(items, this::read);
				}
				if (result instanceof Result filtered) {
					return InterfaceProxies.ifPossible(method, new ScopeAwareResult(filtered, this.first).proxy(),
							filtered);
				}
				return result;
		}
	}

	private void read(Publisher<Object> source, CoreSubscriber<? super Object> actual, Publisher<Object> self) {
		if (!take()) {
			ScopeAwarePublisher.fail(actual, this.execution.scope().isCancelled() ? this.execution.scope().exception()
					: new IllegalStateException("The result was already read. Execute the statement again."));
			return;
		}
		this.execution.subscribe(source, new ScopeAwareSubscriber<>(this.execution, actual, false));
		this.execution.taken(this.first);
	}

	/** Functions of the application are not called for rows that nobody waits for. */
	private @Nullable Object @Nullable [] stoppable(String method, @Nullable Object @Nullable [] arguments) {
		if (arguments == null || arguments.length != 1) {
			return arguments;
		}
		Object function = arguments[0];
		if (method.equals("map") && function instanceof BiFunction<?, ?, ?> mapping) {
			return new Object[] { stoppable(mapping) };
		}
		if (method.equals("map") && function instanceof Function<?, ?> mapping) {
			return new Object[] { stoppable(mapping) };
		}
		if (method.equals("flatMap") && function instanceof Function<?, ?> mapping) {
			return new Object[] { stoppableSegments(mapping) };
		}
		return arguments;
	}

	@SuppressWarnings("unchecked")
	private BiFunction<Row, RowMetadata, Object> stoppable(BiFunction<?, ?, ?> mapping) {
		BiFunction<Row, RowMetadata, Object> function = (BiFunction<Row, RowMetadata, Object>) mapping;
		return (row, metadata) -> this.execution.isAbandoned() ? DISCARDED : function.apply(row, metadata);
	}

	@SuppressWarnings("unchecked")
	private Function<Readable, Object> stoppable(Function<?, ?> mapping) {
		Function<Readable, Object> function = (Function<Readable, Object>) mapping;
		return (readable) -> this.execution.isAbandoned() ? DISCARDED : function.apply(readable);
	}

	@SuppressWarnings("unchecked")
	private Function<Result.Segment, Publisher<Object>> stoppableSegments(Function<?, ?> mapping) {
		Function<Result.Segment, Publisher<Object>> function = (Function<Result.Segment, Publisher<Object>>) mapping;
		return (segment) -> this.execution.isAbandoned() ? Mono.empty() : function.apply(segment);
	}

}
