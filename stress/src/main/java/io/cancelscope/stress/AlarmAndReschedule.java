package io.cancelscope.stress;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

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
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * {@code onCancel | reschedule to an earlier time}, then that time comes. The first thing
 * to wake sets the alarm while the deadline moves, and the alarm is for the new one.
 */
@JCStressTest
@State
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "ran once, at the new time")
@Outcome(id = "true, 0", expect = Expect.FORBIDDEN, desc = "the alarm was left at the old time")
@Outcome(expect = Expect.FORBIDDEN, desc = "it was not moved, or ran twice")
public class AlarmAndReschedule {

	private final AtomicInteger runs = new AtomicInteger();

	private final ManualTime time = new ManualTime();

	private final OpenScope scope = Below.scopesOn(this.time).openUnbound(ScopeOptions.timeout(Duration.ofHours(1)));

	private final Deadline earlier = Deadline.after(Duration.ofSeconds(5), this.time);

	@Actor
	public void register() {
		this.scope.onCancel((reason) -> this.runs.incrementAndGet());
	}

	@Actor
	public void reschedule(ZI_Result r) {
		r.r1 = this.scope.reschedule(this.earlier);
	}

	@Arbiter
	public void count(ZI_Result r) {
		this.time.advance(Duration.ofSeconds(5));
		r.r2 = this.runs.get();
	}

}
