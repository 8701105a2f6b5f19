package io.cancelscope.stress;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * {@code open an interrupting scope -> current? | close that -> cancel the one around}.
 * The scope is over when {@code close()} returns, on whichever thread, and so is the
 * region of its opener: no cancellation after that interrupts the opener.
 */
@JCStressTest
@State
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "not interrupted")
@Outcome(expect = Expect.FORBIDDEN, desc = "interrupted for what was closed before")
public class RegionAndOpener {

	private volatile OpenScope around;

	private volatile OpenScope begun;

	private volatile boolean cancelled;

	@Actor
	public void owner(Z_Result r) {
		OpenScope around = Below.SCOPES.open(ScopeOptions.none());
		try {
			this.around = around;
			this.begun = Below.SCOPES.open(ScopeOptions.none().interrupt());
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
		this.around.cancel();
		this.cancelled = true;
	}

}
