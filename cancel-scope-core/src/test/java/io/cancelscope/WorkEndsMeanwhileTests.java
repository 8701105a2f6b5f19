package io.cancelscope;

import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.StoppingTime.Meeting;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16: a callback of work that has ended does not run, in whichever order the scope
 * closes and the work ends.
 */
@Timeout(120)
@ExtendWith(ThreadStaysClean.class)
class WorkEndsMeanwhileTests {

	/**
	 * A request, a service in it, and work of the service, which registers a callback.
	 */
	private static final class Work implements AutoCloseable {

		private final AtomicInteger runs = new AtomicInteger();

		private final CancelScopes scopes;

		private final OpenScope request;

		private final OpenScope service;

		private final DrivenThread worker = new DrivenThread("worker");

		Work(TimeSource time) {
			this.scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
			this.request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(seconds(9)));
			this.service = Scopes.openIn(this.request, this.scopes,
					ScopeOptions.named("service").withTimeout(seconds(3)));
			// What is handed up first, and needs an alarm of its own from then on.
			Scopes.openIn(this.service, this.scopes, ScopeOptions.named("other").withTimeout(seconds(5)))
				.onCancel((reason) -> {
				});
			this.worker.begin((inside) -> this.service.wrap(inside).run());
			this.worker.run(() -> this.service.onCancel((reason) -> this.runs.incrementAndGet()));
		}

		boolean closeService() {
			this.service.close();
			return true;
		}

		boolean end() {
			this.worker.end();
			return true;
		}

		@Override
		public void close() {
			this.worker.close();
		}

	}

	/**
	 * Race: one thread closes the scope and hands up what goes on, the other one is that.
	 *
	 * <pre>
	 * closer: finds the work going on, hands up what else does | hands up its callback
	 * worker:                                             ends |
	 * </pre>
	 */
	@Test
	void callbackDoesNotRunAfterItsWorkInWhicheverOrder() throws Exception {
		StoppingTime.meetInEveryOrder((time) -> {
			Work work = new Work(time);
			return new Meeting(work::closeService, work::end, (order) -> {
				work.request.cancel();

				assertThat(work.runs).as(order).hasValue(0);
				assertThat(time.pending()).as(order).isZero();
				work.close();
			});
		});
	}

	@Test
	void callbackRunsWhileTheWorkGoesOn() {
		StoppingTime time = new StoppingTime();
		try (Work work = new Work(time)) {
			work.closeService();

			work.request.cancel();

			assertThat(work.runs).hasValue(1);
			work.end();
		}
	}

}
