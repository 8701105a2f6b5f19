package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.StoppingTime.Meeting;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16 under a race: a scope that closes while another thread begins work in it releases
 * that work, with its own deadlines and what they wake.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class CarriedCloseTests {

	private final Races races = new Races();

	@AfterEach
	void endRaces() {
		this.races.close();
	}

	private static CancelScopes on(TimeSource time, boolean watched) {
		CancelScopes.Builder builder = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run);
		return watched ? builder.listener(new NewsOnly()).build() : builder.build();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void closeMeetsTheFirstWorkOnAnotherThread(boolean watched) throws Exception {
		// close on the opener's thread | attach, open, onCancel
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time, watched);
			AtomicReference<OpenScope> request = new AtomicReference<>();
			Work work = new Work(scopes);
			return new Meeting(() -> {
				try (OpenScope scope = scopes.open(ScopeOptions.timeout(seconds(1)))) {
					request.set(scope);
				}
				return null;
			}, () -> {
				work.begin(request.get());
				return null;
			}, (order) -> {
				work.assertGoesOnToItsOwnDeadline(order, () -> time.advance(seconds(1)));
				assertThat(time.pending()).as("left behind: " + order).isZero();
			});
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void closeOfAnUnboundScopeMeetsTheFirstWorkInIt(boolean watched) throws Exception {
		// close | attach, open, onCancel
		StoppingTime.meetInEveryOrder((time) -> {
			CancelScopes scopes = on(time, watched);
			OpenScope request = scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
			Work work = new Work(scopes);
			return new Meeting(() -> {
				request.close();
				return null;
			}, () -> {
				work.begin(request);
				return null;
			}, (order) -> {
				work.assertGoesOnToItsOwnDeadline(order, () -> time.advance(seconds(1)));
				assertThat(time.pending()).as("left behind: " + order).isZero();
			});
		});
	}

	@Test
	void closeMeetsTheFirstWorkOfManyScopes() throws Exception {
		// close on the opener's thread | attach, open, onCancel
		ManualTime time = new ManualTime();
		CancelScopes scopes = on(time, false);
		this.races.race(() -> {
			OpenScope request = scopes.open(ScopeOptions.timeout(seconds(1)));
			Work work = new Work(scopes);
			Callable<Boolean> close = () -> {
				request.close();
				return true;
			};
			return new Races.Run(close, () -> {
				work.begin(request);
				return true;
			}, (closed, begun) -> work.assertGoesOnToItsOwnDeadline("by chance", () -> time.advance(seconds(1))));
		});
		assertThat(time.pending()).isZero();
	}

	@Test
	void closeOfTheOuterScopeMeetsWorkInAnInnerOne() throws Exception {
		// close of inner and outer | attach of the inner one, open, onCancel
		ManualTime time = new ManualTime();
		CancelScopes scopes = on(time, false);
		this.races.race(() -> {
			OpenScope outer = scopes.open(ScopeOptions.timeout(seconds(1)));
			OpenScope inner = scopes.open(ScopeOptions.none());
			Work work = new Work(scopes);
			Callable<Boolean> close = () -> {
				inner.close();
				outer.close();
				return true;
			};
			return new Races.Run(close, () -> {
				work.begin(inner);
				return true;
			}, (closed, begun) -> work.assertGoesOnToItsOwnDeadline("by chance", () -> time.advance(seconds(1))));
		});
		assertThat(time.pending()).isZero();
	}

	/** Work with a budget of its own, two seconds, begun in a scope that has one. */
	private static final class Work {

		private final CancelScopes scopes;

		private final AtomicInteger stops = new AtomicInteger();

		private volatile OpenScope scope;

		Work(CancelScopes scopes) {
			this.scopes = scopes;
		}

		void begin(OpenScope request) {
			if (request == null) {
				return; // not even open yet
			}
			try (Registration attached = request.attach()) {
				assertThat(attached).isNotNull();
				this.scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(2)));
				this.scope.onCancel((reason) -> this.stops.incrementAndGet());
			}
		}

		void assertGoesOnToItsOwnDeadline(String order, Runnable oneSecond) {
			OpenScope scope = this.scope;
			if (scope == null) {
				return;
			}
			assertThat(scope.remaining()).as(order).contains(seconds(2));
			oneSecond.run();
			assertThat(scope.isCancelled()).as(order).isFalse();
			assertThat(scope.remaining()).as(order).contains(seconds(1));
			oneSecond.run();
			assertThat(this.stops).as(order).hasValue(1);
			scope.close();
		}

	}

	/** Is notified of cancellations only: a close then reads the clock. */
	private static final class NewsOnly implements CancelScopeListener {

		@Override
		public boolean onlyCancellations() {
			return true;
		}

	}

}
