package io.cancelscope;

import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R23: closing a registration waits for the run in progress, but never on a thread that
 * runs a callback itself, where two could wait for each other.
 */
@Timeout(60)
class RegistrationWaitTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final Trail trail = new Trail();

	private final CountDownLatch inFirst = new CountDownLatch(1);

	private final CountDownLatch inSecond = new CountDownLatch(1);

	@ParameterizedTest
	@EnumSource(StopsBeforeNewsTests.Cause.class)
	void callbacksThatCloseEachOthersRegistrationDoNotHang(StopsBeforeNewsTests.Cause cause) {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.named("one"));
		OpenScope two = this.scopes.openUnbound(ScopeOptions.named("two"));
		Registration[] registrations = new Registration[2];
		registrations[0] = one.onCancel((reason) -> {
			this.inFirst.countDown();
			Patience.await(this.inSecond);
			registrations[1].close();
			this.trail.add("first got through");
		});
		registrations[1] = two.onCancel((reason) -> {
			this.inSecond.countDown();
			Patience.await(this.inFirst);
			registrations[0].close();
			this.trail.add("second got through");
		});

		cause.begin(one);
		cause.begin(two);

		await("both").until(() -> this.trail.words().size() == 2);
	}

	@Test
	void closeInsideAnotherScopesCallbackReturnsAtOnce() throws Exception {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.named("one"));
		OpenScope two = this.scopes.openUnbound(ScopeOptions.named("two"));
		CountDownLatch release = new CountDownLatch(1);
		Registration blocked = one.onCancel((reason) -> {
			this.inFirst.countDown();
			Patience.await(release);
			this.trail.add("first ended");
		});
		Thread first = Patience.start(one::cancel);
		assertThat(Patience.await(this.inFirst)).isTrue();
		two.onCancel((reason) -> {
			this.trail.add("taken back: " + blocked.unregister());
			blocked.close();
			this.trail.add("close returned");
			release.countDown();
		});

		Thread second = Patience.start(two::cancel);

		assertThat(Patience.ends(second)).isTrue();
		assertThat(Patience.ends(first)).isTrue();
		assertThat(this.trail.words()).containsExactly("taken back: false", "close returned", "first ended");
	}

	@Test
	void closeOnAnOrdinaryThreadStillWaits() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CountDownLatch release = new CountDownLatch(1);
		Registration registration = scope.onCancel((reason) -> {
			this.inFirst.countDown();
			Patience.await(release);
			this.trail.add("callback ended");
		});
		StopsBeforeNewsTests.Cause.DEADLINE.begin(scope);
		assertThat(Patience.await(this.inFirst)).isTrue();
		Thread closer = Patience.start(() -> {
			registration.close();
			this.trail.add("close returned");
		});
		await("close() to wait").until(() -> closer.getState() == Thread.State.WAITING);

		release.countDown();

		assertThat(Patience.ends(closer)).isTrue();
		assertThat(this.trail.words()).containsExactly("callback ended", "close returned");
	}

}
