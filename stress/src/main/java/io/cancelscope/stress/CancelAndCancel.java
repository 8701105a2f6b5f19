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
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** CA-01: {@code cancel("a") | cancel("b")}. One wins, and its message stays. */
@JCStressTest
@State
@Outcome(id = "true, false, a", expect = Expect.ACCEPTABLE, desc = "a was first")
@Outcome(id = "false, true, b", expect = Expect.ACCEPTABLE, desc = "b was first")
@Outcome(expect = Expect.FORBIDDEN, desc = "both won, none did, or the loser's message stayed")
public class CancelAndCancel {

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());

	@Actor
	public void a(ZZL_Result r) {
		r.r1 = this.scope.cancel("a");
	}

	@Actor
	public void b(ZZL_Result r) {
		r.r2 = this.scope.cancel("b");
	}

	@Arbiter
	public void look(ZZL_Result r) {
		r.r3 = this.scope.reason().orElseThrow().message();
	}

}
