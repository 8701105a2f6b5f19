package io.cancelscope.stress;

import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * RA-08: {@code root.cancel | leaf.onCancel}, two levels apart. The callback runs once.
 */
@JCStressTest
@State
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran once, in whichever thread")
@Outcome(expect = Expect.FORBIDDEN, desc = "ran twice, or never")
public class CancelAndRegister {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope root = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope leaf = Below.openIn(Below.openIn(this.root));

	@Actor
	public void cancel() {
		this.root.cancel();
	}

	@Actor
	public void register() {
		this.leaf.onCancel((reason) -> this.runs.incrementAndGet());
	}

	@Arbiter
	public void count(I_Result r) {
		r.r1 = this.runs.get();
	}

}
