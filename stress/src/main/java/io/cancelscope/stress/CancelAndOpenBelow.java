package io.cancelscope.stress;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * RA-04: {@code parent.cancel | open child -> child?}. The child ends cancelled, always.
 */
@JCStressTest
@State
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "opened first")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "born cancelled, or cancelled at once")
@Outcome(expect = Expect.FORBIDDEN, desc = "the child missed it")
public class CancelAndOpenBelow {

	private final OpenScope parent = CancelScopes.create().openUnbound(ScopeOptions.none());

	private OpenScope child;

	@Actor
	public void cancel() {
		this.parent.cancel();
	}

	@Actor
	public void open(ZZ_Result r) {
		this.child = Below.openIn(this.parent);
		r.r1 = this.child.isCancelled();
	}

	@Arbiter
	public void look(ZZ_Result r) {
		r.r2 = this.child.isCancelled();
	}

}
