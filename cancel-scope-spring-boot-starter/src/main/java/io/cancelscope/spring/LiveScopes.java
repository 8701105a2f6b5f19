package io.cancelscope.spring.actuate;

import java.util.UUID;
import java.util.function.BiConsumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.spring.ScopeMap;
import org.jspecify.annotations.Nullable;

/**
 * The scopes that are open, as a listener learns of them. Weakly, so that one which was
 * never closed is not kept for ever. There only where the endpoint is.
 */
final class LiveScopes implements CancelScopeListener {

	private final ScopeMap<Id> scopes = new ScopeMap<>();

	@Override
	public void opened(CancelScope scope) {
		this.scopes.put(scope, new Id());
	}

	@Override
	public void closed(CancelScope scope) {
		this.scopes.remove(scope);
	}

	void forEach(BiConsumer<? super CancelScope, ? super Id> action) {
		this.scopes.forEach(action);
	}

	/** The scope that was shown with this id, or {@code null}. */
	@Nullable CancelScope find(String id) {
		Finding finding = new Finding(id);
		this.scopes.forEach(finding);
		return finding.found;
	}

	/**
	 * What a scope is called outside. Drawn when it is first shown, since most scopes
	 * never are, and at random, so that knowing one helps nobody to another.
	 */
	static final class Id {

		private @Nullable String value;

		synchronized String value() {
			if (this.value == null) {
				this.value = UUID.randomUUID().toString();
			}
			return this.value;
		}

		private synchronized boolean is(String value) {
			return value.equals(this.value);
		}

	}

	private static final class Finding implements BiConsumer<CancelScope, Id> {

		private final String sought;

		private @Nullable CancelScope found;

		private Finding(String sought) {
			this.sought = sought;
		}

		@Override
		public void accept(CancelScope scope, Id id) {
			if (id.is(this.sought)) {
				this.found = scope;
			}
		}

	}

}
