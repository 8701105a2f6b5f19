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
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * RA-09: {@code cancel | unregister}. It says true if and only if the callback never ran.
 */
@JCStressTest
@State
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "taken back in time")
@Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "too late")
@Outcome(expect = Expect.FORBIDDEN, desc = "the answer was wrong")
public class CancelAndUnregister {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final CancelScope.Registration registration = this.scope.onCancel((reason) -> this.runs.incrementAndGet());

	@Actor
	public void cancel() {
		this.scope.cancel();
	}

	@Actor
	public void unregister(ZI_Result r) {
		r.r1 = this.registration.unregister();
	}

	@Arbiter
	public void count(ZI_Result r) {
		r.r2 = this.runs.get();
	}

}
