package io.cancelscope.spring;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The open scopes of the {@code CancelScopes} bean, each with an id and with the trace id
 * of the thread that opened it. References to scopes are weak, so a scope that is never
 * closed is not kept. The bean exists only if a feature needs it, because it is called
 * for each scope. For features.
 */
public final class LiveScopes implements CancelScopeListener {

	private static final String TRACE_KEY = "cancel-scope.cluster.trace-key";

	private static final boolean WITH_MDC = ClassUtils.isPresent("org.slf4j.MDC", LiveScopes.class.getClassLoader());

	private final ScopeMap<Id> scopes = new ScopeMap<>();

	/** Only those that were shown. */
	private final Map<String, Shown> shown = new ConcurrentHashMap<>();

	private final ReferenceQueue<CancelScope> forgotten = new ReferenceQueue<>();

	private final Supplier<? extends @Nullable String> trace;

	/**
	 * Creates an instance.
	 * @param trace returns the trace id of the calling thread, or {@code null}; called
	 * for each scope
	 */
	public LiveScopes(Supplier<? extends @Nullable String> trace) {
		this.trace = trace;
	}

	/**
	 * Creates an instance that finds the trace id in the MDC, under the key
	 * {@code cancel-scope.cluster.trace-key}.
	 * @param environment contains the property
	 * @return the new instance
	 */
	public static LiveScopes create(Environment environment) {
		String key = environment.getProperty(TRACE_KEY, "traceId");
		return new LiveScopes((WITH_MDC && !key.isEmpty()) ? () -> MDC.get(key) : () -> null);
	}

	@Override
	public void opened(CancelScope scope) {
		this.scopes.put(scope, new Id(this.trace.get()));
	}

	@Override
	public void closed(CancelScope scope) {
		Id id = this.scopes.remove(scope);
		String value = (id != null) ? id.end() : null;
		if (value != null) {
			this.shown.remove(value);
		}
	}

	/**
	 * Calls an action for each open scope. Other threads can open and close scopes
	 * meanwhile.
	 * @param action the action; receives the scope and its id
	 */
	public void forEach(BiConsumer<? super CancelScope, ? super Id> action) {
		this.scopes.forEach(action);
	}

	/**
	 * Returns the id of a scope for people, such as {@code 0f6e2c4a-…}.
	 * @param scope the scope
	 * @param id its id
	 * @return the text, by which {@link #find} finds the scope while it is open
	 */
	public String show(CancelScope scope, Id id) {
		for (Reference<?> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			if (gone instanceof Shown one) {
				this.shown.remove(one.value);
			}
		}
		return id.show(scope, this.shown, this.forgotten);
	}

	/**
	 * Returns the open scope that was shown with an id. This takes the same time for any
	 * number of scopes.
	 * @param id the text from {@link #show}
	 * @return the scope, or {@code null}
	 */
	public @Nullable CancelScope find(String id) {
		Shown found = this.shown.get(id);
		return (found != null) ? found.get() : null;
	}

	/** For tests. */
	int shown() {
		return this.shown.size();
	}

	/**
	 * The id of a scope. It is drawn when it is first shown, since most scopes never are,
	 * and at random, so that one id does not lead to another.
	 */
	public static final class Id {

		private final @Nullable String trace;

		private @Nullable String value;

		private boolean ended;

		private Id(@Nullable String trace) {
			this.trace = trace;
		}

		/**
		 * Returns the trace id of the thread that opened the scope, at that moment.
		 * @return the trace id, or {@code null} if there was none
		 */
		public @Nullable String trace() {
			return this.trace;
		}

		/**
		 * Race: one thread shows the scope, another one closes it. The entry is made and
		 * removed by who comes first and second here, so none stays.
		 */
		private synchronized String show(CancelScope scope, Map<String, Shown> shown,
				ReferenceQueue<CancelScope> forgotten) {
			String value = this.value;
			if (value == null) {
				value = UUID.randomUUID().toString();
				this.value = value;
				if (!this.ended) {
					shown.put(value, new Shown(scope, value, forgotten));
				}
			}
			return value;
		}

		private synchronized @Nullable String end() {
			this.ended = true;
			return this.value;
		}

	}

	private static final class Shown extends WeakReference<CancelScope> {

		private final String value;

		Shown(@Nullable CancelScope scope, String value, ReferenceQueue<CancelScope> forgotten) {
			super(scope, forgotten);
			this.value = value;
		}

	}

}
