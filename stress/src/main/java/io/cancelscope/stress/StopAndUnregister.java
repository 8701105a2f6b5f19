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
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code cancel | close of the registration -> the resource is handed on}. A stop that
 * runs has ended when {@code close()} returns, and none begins afterwards: so it never
 * stops the next owner's work.
 */
@JCStressTest
@State
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "stopped while it was owned, or not at all")
@Outcome(id = "true, .*", expect = Expect.FORBIDDEN, desc = "stopped what had been handed on")
@Outcome(expect = Expect.FORBIDDEN, desc = "unregister() and the stop disagree")
public class StopAndUnregister {

	private final AtomicInteger runs = new AtomicInteger();

	private volatile boolean handedOn;

	private volatile boolean stoppedAnother;

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final CancelScope.Registration registration = this.scope.onCancel((reason) -> stop());

	private void stop() {
		this.runs.incrementAndGet();
		this.stoppedAnother |= this.handedOn;
	}

	@Actor
	public void cancel() {
		this.scope.cancel();
	}

	@Actor
	public void handOn() {
		this.registration.close();
		this.handedOn = true;
	}

	@Arbiter
	public void look(ZZ_Result r) {
		r.r1 = this.stoppedAnother;
		r.r2 = this.registration.unregister() == (this.runs.get() == 0);
	}

}
