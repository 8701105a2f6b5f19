package io.cancelscope.spring.aop;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.TargetClassAware;

/**
 * What calls through one interceptor needed, so that the next one finds it by the very
 * objects it has in its hands: a proxy hands over the same {@link Method} each time.
 * Comparing names and parameter types instead takes longer than opening a scope.
 */
final class OperationCache {

	/**
	 * Who makes a new {@link Method} for each call must not fill the memory with them.
	 */
	static final int MOST = 1000;

	/** By the identity of the method, each in the next free place; never full. */
	private volatile @Nullable Seen[] table = new Seen[8];

	@Nullable CancelScopedOperation find(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? find(target.getClass(), invocation.getMethod()) : null;
	}

	private @Nullable CancelScopedOperation find(Class<?> type, Method method) {
		@Nullable Seen[] table = this.table;
		int at = index(method, table);
		for (Seen seen = table[at]; seen != null; seen = table[at]) {
			if (seen.method == method && seen.type == type) {
				return seen.operation;
			}
			at = (at + 1) & (table.length - 1);
		}
		return null;
	}

	/** A target that is a proxy itself doesn't say by its class what is behind it. */
	void add(MethodInvocation invocation, CancelScopedOperation operation) {
		Object target = invocation.getThis();
		if (target != null && !(target instanceof TargetClassAware)) {
			add(new Seen(target.getClass(), invocation.getMethod(), operation));
		}
	}

	private synchronized void add(Seen added) {
		if (find(added.type, added.method) != null) {
			return;
		}
		int number = 1;
		for (Seen seen : this.table) {
			number += (seen != null) ? 1 : 0;
		}
		if (number > MOST) {
			return;
		}
		@Nullable Seen[] table = new Seen[this.table.length << ((2 * number > this.table.length) ? 1 : 0)];
		for (Seen seen : this.table) {
			if (seen != null) {
				put(table, seen);
			}
		}
		put(table, added);
		this.table = table;
	}

	private static void put(@Nullable Seen[] table, Seen seen) {
		int at = index(seen.method, table);
		while (table[at] != null) {
			at = (at + 1) & (table.length - 1);
		}
		table[at] = seen;
	}

	private static int index(Method method, @Nullable Seen[] table) {
		return System.identityHashCode(method) & (table.length - 1);
	}

	private record Seen(Class<?> type, Method method, CancelScopedOperation operation) {

	}

}
