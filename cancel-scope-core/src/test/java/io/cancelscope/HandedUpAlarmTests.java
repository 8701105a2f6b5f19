package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R16: what relied on the alarm of a scope that closes gets its own, and what can't get
 * one is still found by a cancellation.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class HandedUpAlarmTests {

	private final HookedTime time = new HookedTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));

	private final OpenScope service = open(this.request, ScopeOptions.timeout(seconds(1)));

	private final IllegalStateException first = new IllegalStateException("first");

	private OpenScope open(CancelScope parent, ScopeOptions options) {
		return openIn(parent, this.scopes, options);
	}

	private void register(String word, CancelScope scope) {
		scope.onCancel(this.trail.adding(word));
	}

	private static ScopeOptions after(long seconds) {
		return ScopeOptions.timeout(seconds(seconds));
	}

	@Test
	void scopesBelowOneWithoutADeadlineStopAtTheirOwn() {
		OpenScope step = open(this.service, ScopeOptions.none());
		register("at 3", open(step, after(3)));
		register("at 2", open(step, after(2)));
		this.service.close();

		this.time.advance(seconds(2).minusNanos(1));
		assertThat(this.trail.words()).isEmpty();
		this.time.advance(seconds(1));
		assertThat(this.trail.words()).containsExactly("at 2");
		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("at 2", "at 3");
	}

	@Test
	void scopesBelowOneWithALaterDeadlineStopAtTheirOwn() {
		OpenScope step = open(this.service, after(5));
		register("at 3", open(step, after(3)));
		register("at 2", open(open(step, ScopeOptions.none()), after(2)));
		this.service.close();

		this.time.advance(seconds(1));
		assertThat(this.trail.words()).isEmpty();
		this.time.advance(seconds(1));
		assertThat(this.trail.words()).containsExactly("at 2");
		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("at 2", "at 3");
	}

	@Test
	void firstFailureIsThrownAndAllAreFound() {
		register("child", open(this.service, after(50)));
		try (Registration work = this.service.attach()) {
			register("work", this.service);
			this.time.whenNextScheduled(() -> {
				throw this.first;
			});

			assertThat(catchThrowable(this.service::close)).isSameAs(this.first);

			this.request.cancel();
		}
		assertThat(this.trail.words()).containsExactlyInAnyOrder("child", "work");
	}

	@Test
	void callbackWhoseAlarmFailsIsStillFound() {
		OpenScope outer = open(this.request, after(50));
		OpenScope inner = open(outer, after(1));
		try (Registration work = inner.attach()) {
			register("work", inner);
			this.time.whenNextScheduled(() -> {
				throw this.first;
			});

			assertThat(catchThrowable(inner::close)).isSameAs(this.first);

			this.request.cancel();
		}
		assertThat(this.trail.words()).containsExactly("work");
	}

	@Test
	void firstOfManyFailuresIsThrown() {
		OpenScope outer = open(this.request, after(50));
		OpenScope inner = open(outer, after(1));
		register("child", open(inner, after(20)));
		register("other child", open(inner, after(20)));
		try (Registration work = inner.attach()) {
			register("work", inner);
			failFromNowOn(this.first);

			assertThat(catchThrowable(inner::close)).isSameAs(this.first);

			this.request.cancel();
		}
		assertThat(this.trail.words()).containsExactlyInAnyOrder("child", "other child", "work");
	}

	private void failFromNowOn(RuntimeException failure) {
		this.time.whenNextScheduled(() -> {
			failFromNowOn(new IllegalStateException("another"));
			throw failure;
		});
	}

	@Test
	void listenerIsToldOfTheThreadThatWasInsideWhenTheAlarmWasSet() throws Exception {
		List<Thread> inside = new ArrayList<>();
		CancelScopes told = CancelScopes.builder()
			.timeSource(this.time)
			.callbackExecutor(Runnable::run)
			.listener(new Inside(inside))
			.build();
		OpenScope outer = told.openUnbound(after(1));
		try (Registration attached = outer.attach();
				OpenScope middle = told.open(ScopeOptions.none());
				OpenScope step = told.open(after(3))) {
			register("stop", told.openUnbound(ScopeOptions.none()));
			outer.close();

			Thread timer = Patience.start(() -> {
				this.time.advance(seconds(1));
				this.time.advance(seconds(2));
			});

			assertThat(Patience.ends(timer)).isTrue();
		}
		assertThat(this.trail.words()).containsExactly("stop");
		assertThat(inside).first().isSameAs(Thread.currentThread());
	}

	/** Notes who was inside a scope that is cancelled. */
	private record Inside(List<Thread> threads) implements CancelScopeListener {

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			this.threads.add(scope.details().thread());
		}

		@Override
		public boolean onlyCancellations() {
			return true;
		}

	}

}
