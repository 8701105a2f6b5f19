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
 * {@code root.cancel | middle.close}, with a callback in the leaf. A scope that closes
 * loses nobody's callback.
 */
@JCStressTest
@State
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran once, in whichever thread")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or doubled while it was handed up")
public class CloseBetween {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope root = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope middle = Below.openIn(this.root);

	private final OpenScope leaf = Below.openIn(this.middle);

	public CloseBetween() {
		this.leaf.onCancel((reason) -> this.runs.incrementAndGet());
	}

	@Actor
	public void cancel() {
		this.root.cancel();
	}

	@Actor
	public void close() {
		this.middle.close();
	}

	@Arbiter
	public void count(I_Result r) {
		r.r1 = this.runs.get();
	}

}
