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
 * {@code end of the attachment | close of its scope}, then a cancel of the scope around
 * it. Whichever was first, nothing goes on that the callback could stop.
 */
@JCStressTest
@State
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "dropped with the work and its scope")
@Outcome(expect = Expect.FORBIDDEN, desc = "it outlived both, and stopped what may be somebody else's by now")
public class EndOfWork {

	private final AtomicInteger runs = new AtomicInteger();

	private final OpenScope request = CancelScopes.create().openUnbound(ScopeOptions.none());

	private final OpenScope service = Below.openIn(this.request);

	private volatile boolean registered;

	@Actor
	public void work() {
		CancelScope.Registration attached = this.service.attach();
		this.service.onCancel((reason) -> this.runs.incrementAndGet());
		this.registered = true;
		attached.close();
	}

	@Actor
	public void close() {
		Below.await(() -> this.registered);
		this.service.close();
	}

	@Arbiter
	public void count(I_Result r) {
		this.request.cancel();
		r.r1 = this.runs.get();
	}

}
