package io.cancelscope.spring.context;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.OneLineLog;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Accessor that lets Micrometer's context-propagation library propagate the current
 * scope. It attaches scopes and ends these attachments. It never opens a scope.
 * <p>
 * The library expects a variable that is assigned, but scopes form a stack. Each
 * assignment pushes a scope and stores the previous one. A restoration passes the
 * previous value, so it removes all scopes down to the assignment that replaced that
 * value. If there is no such assignment, for example on a second restoration or on
 * another thread, it has no effect. A plain thread-local would then set a scope that no
 * code removes.
 */
public final class CancelScopeThreadLocalAccessor implements ThreadLocalAccessor<CancelScope> {

	/** The key of the scope in snapshots and in a Reactor Context. */
	public static final String KEY = CancelScope.class.getName();

	private static final OneLineLog logger = OneLineLog.of(CancelScopeThreadLocalAccessor.class);

	/** One slot of the JDK's, so that an idle thread pins nothing of ours. */
	private static final ThreadLocal<Object[]> TOP = ThreadLocal.withInitial(() -> new Object[1]);

	/** Attached, it makes the root current: it has let go what runs in it. */
	private static final OpenScope NO_SCOPE = CancelScopes.create().openUnbound(ScopeOptions.none().detached());

	static {
		NO_SCOPE.close();
	}

	@Override
	public Object key() {
		return KEY;
	}

	/**
	 * Returns the current scope.
	 * @return the scope, or {@code null} if none is open
	 */
	@Override
	public @Nullable CancelScope getValue() {
		OpenScope scope = currentOrNull();
		if (scope != null) {
			tellThatWorkMayOutlive(scope);
		}
		return scope;
	}

	@Override
	public void setValue(CancelScope value) {
		assign(value);
	}

	@Override
	public void setValue() {
		assign(NO_SCOPE);
	}

	@Override
	public void restore(CancelScope previousValue) {
		restoreTo(previousValue);
	}

	@Override
	public void restore() {
		restoreTo(null);
	}

	private static @Nullable OpenScope currentOrNull() {
		return (CancelScope.current() instanceof OpenScope scope) ? scope : null;
	}

	/**
	 * A scope that has carried work judges at its end whether it was cancelled, so it has
	 * to know now, not when the snapshot is used. Wrapping tells it.
	 */
	private static void tellThatWorkMayOutlive(OpenScope scope) {
		scope.wrap((Runnable) () -> {
		});
	}

	private static void assign(CancelScope value) {
		Object[] top = TOP.get();
		CancelScope before = currentOrNull();
		// What is current already need not be attached once more.
		boolean isCurrent = (before != null) ? before == value : value == NO_SCOPE;
		top[0] = new Assignment((Assignment) top[0], before, isCurrent ? null : value.attach());
	}

	private static void restoreTo(@Nullable CancelScope previous) {
		Object[] top = TOP.get();
		Assignment replacing = (Assignment) top[0];
		while (replacing != null && replacing.before != previous) {
			replacing = replacing.below;
		}
		if (replacing == null) {
			return;
		}
		for (Assignment at = (Assignment) top[0]; at != null && at != replacing.below; at = at.below) {
			at.undo();
		}
		top[0] = replacing.below;
	}

	/**
	 * One call of {@code setValue} that has not been restored yet.
	 */
	private record Assignment(@Nullable Assignment below, @Nullable CancelScope before,
			CancelScope.@Nullable Registration attachment) {

		/**
		 * Complains into the log: who restores has other thread-locals to see to, which
		 * must not suffer from a scope that somebody forgot to close.
		 */
		void undo() {
			if (this.attachment != null) {
				try {
					this.attachment.close();
				}
				catch (IllegalStateException ex) {
					logger.warn(
							"A context snapshot was closed before a scope that was opened inside was closed. Close each scope"
									+ " where it was opened, in a try-with-resources statement",
							ex);
				}
			}
		}

	}

}
