package io.cancelscope.stress;

import io.cancelscope.CancelReason;
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
 * RA-07: {@code parent.cancel | child.cancel -> reason? -> reason?}. It never changes.
 */
@JCStressTest
@State
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the same twice")
@Outcome(expect = Expect.FORBIDDEN, desc = "none, or it changed between two looks")
public class ReasonStays {

	private final OpenScope parent = CancelScopes.create().openUnbound(ScopeOptions.named("parent"));

	private final OpenScope child = Below.openIn(this.parent);

	@Actor
	public void cancelParent() {
		this.parent.cancel("from above");
	}

	@Actor
	public void cancelChild(Z_Result r) {
		this.child.cancel("itself");
		CancelReason first = this.child.reason().orElse(null);
		CancelReason second = this.child.reason().orElse(null);
		r.r1 = first != null && first == second;
	}

}
