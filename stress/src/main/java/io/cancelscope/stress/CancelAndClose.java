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

/** RA-03: {@code cancel | close}. It was cancelled before it closed, or never. */
@JCStressTest
@State
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "cancelled, then closed")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "closed, and never cancelled")
@Outcome(expect = Expect.FORBIDDEN, desc = "cancel() says one thing and the scope another")
public class CancelAndClose {

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());

	@Actor
	public void cancel(ZZ_Result r) {
		r.r1 = this.scope.cancel();
	}

	@Actor
	public void close() {
		this.scope.close();
	}

	@Arbiter
	public void look(ZZ_Result r) {
		r.r2 = this.scope.isCancelled();
	}

}
