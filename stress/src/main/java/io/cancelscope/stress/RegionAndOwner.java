package io.cancelscope.stress;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * {@code attach an interrupting scope -> current? | close that -> cancel}. The attachment
 * is over when {@code close()} returns, on whichever thread, so no cancellation after
 * that interrupts the thread it was on.
 */
@JCStressTest
@State
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "not interrupted")
@Outcome(expect = Expect.FORBIDDEN, desc = "interrupted for what was closed before")
public class RegionAndOwner {

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none().interrupt());

	private volatile CancelScope.Registration begun;

	private volatile boolean cancelled;

	@Actor
	public void owner(Z_Result r) {
		OpenScope around = Below.SCOPES.open(ScopeOptions.none());
		try {
			this.begun = this.scope.attach();
			while (!this.cancelled) {
				CancelScope.current();
			}
			CancelScope.current();
			r.r1 = Thread.interrupted();
		}
		finally {
			Below.closeWithAllInside(around);
		}
	}

	@Actor
	public void cancel() {
		Below.await(() -> this.begun != null);
		this.begun.close();
		this.scope.cancel();
		this.cancelled = true;
	}

}
