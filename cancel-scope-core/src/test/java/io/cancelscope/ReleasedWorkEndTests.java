package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R16, R18: what released work registered is dropped when that work ends, and can be
 * taken back at any time before and after.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ReleasedWorkEndTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private OpenScope request;

	private OpenScope service;

	@BeforeEach
	void openRequestAndService() {
		this.request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(seconds(9)));
		this.service = openService();
	}

	@AfterEach
	void closeTheRequestAndFindNoTimer() {
		this.request.close();

		assertThat(this.time.pending()).isZero();
	}

	private OpenScope openService() {
		return Scopes.openIn(this.request, this.scopes, ScopeOptions.named("service").withTimeout(seconds(1)));
	}

	private Registration register() {
		return this.service.onCancel(this.trail.adding("ran"));
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfWorkThatEndedAfterItsReleaseDoesNotRun(CarriedBy way) {
		try (BegunWork work = BegunWork.in(this.service, this.scopes, way)) {
			Registration registration = work.step(this::register);
			this.service.close();
			work.end();

			this.request.cancel("much later");

			assertThat(this.trail.words()).isEmpty();
			assertThat(registration.unregister()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackRegisteredAfterTheReleaseDoesNotRunEither(CarriedBy way) {
		try (BegunWork work = BegunWork.in(this.service, this.scopes, way)) {
			this.service.close();
			work.step(this::register);
			work.end();

			this.request.cancel("much later");

			assertThat(this.trail.words()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfWorkThatBeganAfterTheReleaseDoesNotRunEither(CarriedBy way) {
		try (BegunWork work = BegunWork.queuedIn(this.service, this.scopes, way)) {
			this.service.close();
			work.start();
			work.step(this::register);
			work.end();

			this.request.cancel("much later");

			assertThat(this.trail.words()).isEmpty();
		}
	}

	@Test
	void callbackThatHasClimbedTwiceIsDroppedAtTheEndOfItsWork() {
		OpenScope inner = Scopes.openIn(this.service, this.scopes, ScopeOptions.named("inner"));
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			work.step(() -> inner.onCancel(this.trail.adding("ran")));
			inner.close();
			this.service.close();
			work.end();

			this.request.cancel("much later");

			assertThat(this.trail.words()).isEmpty();
		}
	}

	@Test
	void callbackIsDroppedWhenTheRequestClosesInTimeToo() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			Registration registration = work.step(this::register);
			this.service.close();
			this.request.close();

			assertThat(this.time.pending()).isZero();
			assertThat(registration.unregister()).isTrue();
			work.end();
		}
	}

	@Test
	void longLivedRequestHoldsNothingOfWorkThatHasEnded() {
		List<WeakReference<Object>> watched = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			doSomeWork(watched);
		}

		await("all of it to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return watched.stream().allMatch((reference) -> reference.get() == null);
		});
		assertThat(this.request.isCancelled()).isFalse();
	}

	private void doSomeWork(List<WeakReference<Object>> watched) {
		OpenScope brief = openService();
		try (BegunWork work = BegunWork.in(brief, this.scopes)) {
			work.run(() -> {
				Object resource = new Object();
				watched.add(new WeakReference<>(resource));
				brief.onCancel((reason) -> resource.hashCode());
			});
			watched.add(new WeakReference<>(brief));
			brief.close();
			work.end();
		}
	}

	@Test
	void timerOfTheRequestGoesWithTheLastWork() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			work.step(this::register);
			this.service.close();
			assertThat(this.time.pending()).isEqualTo(1);

			work.end();

			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void callbackIsTakenBackAfterItHasMoved() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			Registration registration = work.step(this::register);
			this.service.close();

			assertThat(registration.unregister()).isTrue();
			this.request.cancel("enough");

			assertThat(this.trail.words()).isEmpty();
			assertThat(registration.unregister()).isTrue();
			work.end();
		}
	}

	@Test
	void callbackIsTakenBackByItsWorkAfterItHasMoved() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			Registration registration = work.step(this::register);
			this.service.close();

			work.run(registration::close);
			this.request.cancel("enough");

			assertThat(this.trail.words()).isEmpty();
			work.end();
		}
	}

	@Test
	void callbackThatHasRunIsNotTakenBack() {
		try (BegunWork work = BegunWork.in(this.service, this.scopes)) {
			Registration registration = work.step(this::register);
			this.service.close();
			this.request.cancel("enough");

			assertThat(registration.unregister()).isFalse();

			registration.close();
			work.end();
			assertThat(registration.unregister()).isFalse();
			assertThat(this.trail.words()).containsExactly("ran");
		}
	}

	@Test
	void closeOfARegistrationThatHasMovedWaitsForTheRun() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch mayEnd = new CountDownLatch(1);
		try (BegunWork work = BegunWork.in(this.service, this.scopes); OtherThread canceller = new OtherThread()) {
			Registration registration = work.step(() -> this.service.onCancel((reason) -> {
				running.countDown();
				awaitQuietly(mayEnd);
				this.trail.add("ran");
			}));
			this.service.close();
			canceller.start(() -> this.request.cancel("enough"));
			assertThat(running.await(10, TimeUnit.SECONDS)).as("the callback runs").isTrue();

			var close = work.block(() -> {
				registration.close();
				return this.trail.words();
			});
			mayEnd.countDown();

			assertThat(close.value()).containsExactly("ran");
			work.end();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
