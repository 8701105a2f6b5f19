package io.cancelscope;

/**
 * Two listeners, told one after the other, whatever the first one throws.
 */
record ListenerPair(CancelScopeListener first, CancelScopeListener second) implements CancelScopeListener {

	@Override
	public void opened(CancelScope scope) {
		try {
			this.first.opened(scope);
		}
		finally {
			this.second.opened(scope);
		}
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		try {
			this.first.cancelled(scope, reason);
		}
		finally {
			this.second.cancelled(scope, reason);
		}
	}

	@Override
	public void observed(CancelScope scope, CancelReason reason) {
		try {
			this.first.observed(scope, reason);
		}
		finally {
			this.second.observed(scope, reason);
		}
	}

	@Override
	public void currentChanged(CancelScope current) {
		try {
			this.first.currentChanged(current);
		}
		finally {
			this.second.currentChanged(current);
		}
	}

	@Override
	public void closed(CancelScope scope) {
		try {
			this.first.closed(scope);
		}
		finally {
			this.second.closed(scope);
		}
	}

}
