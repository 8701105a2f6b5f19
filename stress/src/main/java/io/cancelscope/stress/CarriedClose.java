package io.cancelscope.stress;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * {@code close | attach -> open inside}, of a scope with a deadline. What opened inside
 * is released from that deadline: it neither reports it, nor misses its own because of
 * it.
 */
@JCStressTest
@State
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "released, and woken by its own deadline")
@Outcome(id = "false, .*", expect = Expect.FORBIDDEN, desc = "it reports the deadline of the closed scope")
@Outcome(expect = Expect.FORBIDDEN, desc = "its own deadline woke nobody, or twice")
public class CarriedClose {

	private final AtomicInteger runs = new AtomicInteger();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Below.scopesOn(this.time);

	private final OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(Duration.ofSeconds(1)));

	private OpenScope child;

	@Actor
	public void close() {
		this.scope.close();
	}

	@Actor
	public void open() {
		this.child = Below.openIn(this.scope, this.scopes, ScopeOptions.none());
		Below.openIn(this.scope, this.scopes, ScopeOptions.timeout(Duration.ofSeconds(3)))
			.onCancel((reason) -> this.runs.incrementAndGet());
	}

	@Arbiter
	public void look(ZI_Result r) {
		r.r1 = this.child.deadline().isEmpty();
		this.time.advance(Duration.ofSeconds(3));
		r.r2 = this.runs.get();
	}

}
