package io.cancelscope;

/**
 * All that the listener of one {@link CancelScopes} is told. It is there only if there is
 * a listener.
 */
final class News {

	private final CancelScopeListener listener;

	/** Whether it hears of each scope, cancelled or not. */
	final boolean ofEverything;

	News(CancelScopeListener listener, boolean ofEverything) {
		this.listener = listener;
		this.ofEverything = ofEverything;
	}

	void opened(WatchedScope scope) {
		Foreign.opened(this.listener, scope);
		scope.endOpened();
		if (scope.stored() instanceof Cancellation known) {
			cancelled(scope, known);
		}
	}

	/**
	 * Tells that a scope was found cancelled from above. A callback that asks finds it,
	 * too, and then it is told when all stops have begun.
	 */
	void found(ScopeNode scope, Cancellation cancellation) {
		Delivery around = Aside.delivery();
		if (around != null) {
			around.addNewsMeanwhile(() -> cancelled(scope, cancellation));
		}
		else {
			cancelled(scope, cancellation);
		}
	}

	/**
	 * Tells it once, after the opening and before the close. A listener that is just told
	 * of the opening may ask, and so find the scope cancelled; and a scope can close
	 * while the news of its cancellation is still on the way, so who closes it tells
	 * both.
	 */
	void cancelled(ScopeNode scope, Cancellation cancellation) {
		if (SystemTime.INSTANCE.isTimerThread()) {
			CallbackThreads.SHARED.execute(() -> cancelled(scope, cancellation));
			return;
		}
		if (!(scope instanceof WatchedScope watched)) {
			Foreign.cancelled(this.listener, scope, cancellation.reason());
			Rarities rarities = scope.raritiesIfAny();
			Noted noted = (rarities != null) ? rarities.noted : null;
			if (noted != null) {
				noted.thread = null;
			}
		}
		else if (watched.beginCancelled()) {
			Foreign.cancelled(this.listener, scope, cancellation.reason());
			if (watched.endCancelled()) {
				tellClosed(watched);
			}
		}
	}

	void observed(ScopeNode scope, CancelReason reason) {
		Foreign.tell(() -> this.listener.observed(scope, reason), () -> Foreign.complaint(scope));
	}

	void currentChanged() {
		CancelScope current = CancelScope.current();
		Foreign.run(() -> this.listener.currentChanged(current),
				() -> "The listener failed when scope '" + current.name() + "' became current. The work continues");
	}

	void closed(WatchedScope scope) {
		if (scope.stored() instanceof Cancellation known) {
			cancelled(scope, known);
		}
		if (scope.beginClosed()) {
			tellClosed(scope);
		}
	}

	private void tellClosed(WatchedScope scope) {
		Foreign.closed(this.listener, scope);
		scope.forgetThread();
	}

}
