package io.cancelscope;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * How an abandonable call begins, or doesn't.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AbandonableStartTests {

	private final AtomicBoolean begun = new AtomicBoolean();

	/** A second passes after so many readings. */
	private static final class Leaping implements TimeSource {

		private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

		@Override
		public long nanoTime() {
			return (this.left.getAndDecrement() > 0) ? 0 : Scopes.SECOND.toNanos();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	}

	/** The scope is looked at before there is a place, and again when there is. */
	@Test
	void callWhoseTimeIsUpWhenItHasAPlaceGivesItBackAndDoesNotBegin() {
		Leaping time = new Leaping();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
		int before = scopes.abandonableCalls().running();
		try (OpenScope scope = scopes.open(ScopeOptions.timeout(Scopes.SECOND))) {
			time.left.set(1);

			Throwable thrown = catchThrowable(() -> scope.abandonable((inside) -> {
				this.begun.set(true);
				return "value";
			}, (late) -> {
			}));

			assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
			assertThat(this.begun).as("begun").isFalse();
			assertThat(scopes.abandonableCalls().running()).isLessThanOrEqualTo(before);
		}
	}

	@Test
	void scopeOfACallHasBeenCarriedElsewhere() {
		try (OpenScope scope = CancelScopes.create().open(ScopeOptions.none())) {
			boolean before = scope.details().carried();

			String value = scope.abandonable((inside) -> "value", (late) -> {
			});

			assertThat(value).isEqualTo("value");
			assertThat(before).isFalse();
			assertThat(scope.details().carried()).isTrue();
		}
	}

}
