package io.cancelscope.stress;

import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope;
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
 * {@code attach -> onCancel | close}, and when both are through, a cancel of the scope
 * around it while the attached work goes on (R16). The callback stops that work.
 */
@JCStressTest
@State
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran once, registered before the close or after it")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "dropped with the scope, though the work goes on")
@Outcome(expect = Expect.FORBIDDEN, desc = "ran twice")
public class MoveUp {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope request = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope service = Below.openIn(this.request);

	private volatile boolean registered;

	private volatile boolean cancelled;

	@Actor
	public void work() {
		CancelScope.Registration attached = this.service.attach();
		this.service.onCancel((reason) -> this.runs.incrementAndGet());
		this.registered = true;
		Below.await(() -> this.cancelled);
		attached.close();
	}

	@Actor
	public void close() {
		this.service.close();
		Below.await(() -> this.registered);
		this.request.cancel();
		this.cancelled = true;
	}

	@Arbiter
	public void count(I_Result r) {
		r.r1 = this.runs.get();
	}

}
