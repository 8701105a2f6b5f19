package io.cancelscope.stress;

import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** RA-10: {@code time passes and is noticed | reschedule}. Moved in time, or expired. */
@JCStressTest
@State
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "moved, and open")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "too late")
@Outcome(expect = Expect.FORBIDDEN, desc = "moved and expired all the same, or neither")
public class ExpireAndReschedule {

	private final ManualTime time = new ManualTime();

	private final OpenScope scope = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build()
		.openUnbound(ScopeOptions.timeout(Duration.ofSeconds(1)));

	private final Deadline later = Deadline.after(Duration.ofSeconds(3), this.time);

	@Actor
	public void expire() {
		this.time.advance(Duration.ofSeconds(1));
		this.scope.isCancelled();
	}

	@Actor
	public void reschedule(ZZ_Result r) {
		r.r1 = this.scope.reschedule(this.later);
	}

	@Arbiter
	public void look(ZZ_Result r) {
		r.r2 = this.scope.isCancelled();
	}

}
