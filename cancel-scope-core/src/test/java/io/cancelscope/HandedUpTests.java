package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.linksOf;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16: the scopes below one that closes belong to the next one above, with all that waits
 * in them, whatever happens in between. One test per race, drawn first.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class HandedUpTests {

	private final HookedTime time = new HookedTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(seconds(60)));

	private final OpenScope service = open(this.request, ScopeOptions.timeout(seconds(1)));

	private OpenScope open(CancelScope parent, ScopeOptions options) {
		return openIn(parent, this.scopes, options);
	}

	private Registration register(CancelScope scope) {
		return scope.onCancel((reason) -> this.trail.add("stopped by " + reason.origin()));
	}

	@Test
	void childHoldsTheClosedScopeNoMore() {
		OpenScope unlimited = open(this.request, ScopeOptions.none());
		OpenScope step = open(unlimited, ScopeOptions.none());
		register(step);

		unlimited.close();

		assertThat(linksOf(step).node.parent()).isSameAs(this.request);
		assertThat(linksOf(this.request).children()).containsExactly(linksOf(step));
	}

	@Test
	void alarmAboveIsSetOnceForWhatIsHandedUp() {
		OpenScope unlimited = open(this.request, ScopeOptions.none());
		register(open(unlimited, ScopeOptions.none()));
		int before = this.time.scheduled();

		unlimited.close();

		assertThat(this.time.scheduled()).isEqualTo(before + 1);
		assertThat(this.time.pending()).isEqualTo(1);
	}

	@Test
	void lastThatWaitsGoesWhileItsScopeIsInNoList() {
		// close of the service ------------- step is linked to the request
		// -------------------- unregister
		OpenScope step = open(this.service, ScopeOptions.none());
		Registration last = register(step);
		this.time.whenNextCancelled(last::unregister);

		this.service.close();

		assertThat(linksOf(this.request).hasSomethingToWake()).isFalse();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void requestIsCancelledWhileTheScopeIsInNoList() {
		// close of the service ----------------------- step is linked, looks
		// -------------------- cancel of the request
		OpenScope step = open(this.service, ScopeOptions.none());
		register(step);
		this.time.whenNextCancelled(this.request::cancel);

		this.service.close();

		assertThat(this.trail.words()).containsExactly("stopped by request");
	}

	@Test
	void scopeThatIsJustLinkingIsFoundAboveTheOneThatCloses() throws Exception {
		// onCancel in the step, held by slow --------------------- believed to be linked
		// ---------------------- close of slow lets it go ---------------- hands it up
		OpenScope slow = open(this.request, ScopeOptions.timeout(seconds(90)));
		OpenScope step = open(slow, ScopeOptions.none());
		register(slow); // sets the alarm of the request, which slow takes out on leaving
		CountDownLatch letGo = new CountDownLatch(1);
		CountDownLatch linked = new CountDownLatch(1);
		this.time.whenNextCancelled(() -> {
			letGo.countDown();
			Patience.await(linked);
		});
		List<Thread> closer = new ArrayList<>();
		this.time.whenReadWhile(() -> linksOf(step).isHeld(), () -> {
			closer.add(Patience.start(slow::close));
			Patience.await(letGo);
		});

		register(step);
		linked.countDown();
		assertThat(Patience.ends(closer.get(0))).isTrue();
		this.request.cancel();

		assertThat(this.trail.words()).containsExactly("stopped by request");
	}

	@Test
	void openersCallbackDoesNotHideTheOneOfWorkBehindIt() {
		this.service.onCancel(this.trail.adding("the opener's"));
		try (Registration work = this.service.attach()) {
			register(this.service);
			this.service.close();

			this.request.cancel();
		}

		assertThat(this.trail.words()).containsExactly("stopped by request");
	}

	@Test
	void workThatEndsWhileItsScopeClosesTakesItsCallbackAlong() {
		// close of the service ------------ moves up
		// -------------------- work ends
		Registration work = this.service.attach();
		register(this.service);
		this.time.whenNextCancelled(work::close);

		this.service.close();

		assertThat(this.time.pending()).isZero();
		this.request.cancel();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void callbackThatIsTakenBackWhileItMovesUpStaysInNoList() {
		// close of the service -- callback moves up ----------- listed, looks
		// -------------------------- unregister
		try (Registration work = this.service.attach()) {
			Registration callback = register(this.service);
			this.time.whenReadWhile(() -> ((Wakeable) callback).holder() == this.request, callback::unregister);

			this.service.close();

			assertThat(callback.unregister()).isTrue();
			assertThat(linksOf(this.request).hasSomethingToWake()).isFalse();
			assertThat(this.time.pending()).isZero();
		}
	}

}
