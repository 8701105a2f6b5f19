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
 * {@code middle.close | leaf.onCancel -> root.cancel}. What registers while a scope in
 * between closes is found by those above it.
 */
@JCStressTest
@State
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran once, in whichever thread")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost where no cancellation looks, or doubled")
public class CloseAndRegister {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope root = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope middle = Below.openIn(this.root);

	private final OpenScope leaf = Below.openIn(this.middle);

	@Actor
	public void register() {
		this.leaf.onCancel((reason) -> this.runs.incrementAndGet());
	}

	@Actor
	public void close() {
		this.middle.close();
	}

	@Arbiter
	public void count(I_Result r) {
		this.root.cancel();
		r.r1 = this.runs.get();
	}

}
