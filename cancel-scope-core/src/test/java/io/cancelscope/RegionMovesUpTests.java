package io.cancelscope;

import io.cancelscope.StoppingTime.Meeting;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16, R18: a region whose scope closes belongs to the scope around from then on, in
 * whichever order it moves there and its thread leaves it.
 */
@Timeout(120)
@ExtendWith(ThreadStaysClean.class)
class RegionMovesUpTests {

	/**
	 * A request with a deadline, a service in it, and a thread in the service's region.
	 */
	private static final class Work implements AutoCloseable {

		private final CancelScopes scopes;

		private final OpenScope request;

		private final OpenScope service;

		private final DrivenThread worker = new DrivenThread("worker");

		Work(TimeSource time) {
			this.scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
			this.request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(Scopes.SECOND));
			this.service = Scopes.openIn(this.request, this.scopes, ScopeOptions.named("service"));
			this.worker.begin((inside) -> this.service.interruptibly((scope) -> {
				inside.run();
				return true;
			}));
		}

		boolean closeService() {
			this.service.close();
			return true;
		}

		boolean leaveRegion() {
			this.worker.end();
			return true;
		}

		@Override
		public void close() {
			this.worker.close();
		}

	}

	/**
	 * Race: one thread closes the scope, the other one leaves the region.
	 *
	 * <pre>
	 * closer: takes it out of the old list, names the new holder | puts it there, looks
	 * worker:                        leaves, looks for it there  |
	 * </pre>
	 */
	@Test
	void alarmOfTheScopeAroundGoesWithTheRegionInEveryOrder() throws Exception {
		StoppingTime.meetInEveryOrder((time) -> {
			Work work = new Work(time);
			return new Meeting(work::closeService, work::leaveRegion, (order) -> {
				assertThat(time.pending()).as(order).isZero();
				work.close();
			});
		});
	}

	@Test
	void threadInTheRegionIsInterruptedByTheScopeAround() {
		StoppingTime time = new StoppingTime();
		try (Work work = new Work(time)) {
			work.closeService();
			assertThat(time.pending()).as("the alarm of the request").isEqualTo(1);

			work.worker.block(() -> {
				try {
					Thread.sleep(100_000);
				}
				catch (InterruptedException ex) {
					// What the test is about.
				}
			});
			work.request.cancel();

			assertThat(work.worker.isIdleSoon()).as("the worker is woken").isTrue();
			work.leaveRegion();
		}
	}

}
