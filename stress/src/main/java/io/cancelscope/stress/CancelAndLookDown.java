package io.cancelscope.stress;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code parent.cancel | parent? -> child?}. Who saw the parent cancelled sees the child
 * so.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "looked before")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "cancelled in between")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "looked afterwards")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "the parent was seen cancelled, and then the child not")
public class CancelAndLookDown {

	private final OpenScope parent = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope child = Below.openIn(this.parent);

	@Actor
	public void cancel() {
		this.parent.cancel();
	}

	@Actor
	public void look(ZZ_Result r) {
		r.r1 = this.parent.isCancelled();
		r.r2 = this.child.isCancelled();
	}

}
