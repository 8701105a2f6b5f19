package io.cancelscope;

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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Callbacks that are registered while their scope, or one above, is cancelled or closed.
 * One test per race, drawn first.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class LateRegistrationTests {

	private final HookedTime time = new HookedTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.timeout(seconds(9)));

	private final OpenScope service = openIn(this.request, this.scopes, ScopeOptions.timeout(seconds(5)));

	@Test
	void callbackThatComesLateRunsAfterThoseThatWereThereBefore() throws Exception {
		// cancel of the request ---------------- takes what waits in the service
		// ---------------- onCancel in the service
		this.service.onCancel(this.trail.adding("first"));

		HeldUp.at(linksOf(this.service), this.request::cancel, () -> this.service.onCancel(this.trail.adding("late")));

		assertThat(this.trail.words()).containsExactly("first", "late");
	}

	@Test
	void callbackThatTheCancellationMissedRunsAndStaysInNoList() throws Exception {
		// onCancel in the service ---- linked to the request, looks
		// ------------------- cancel of the request
		HeldUp.at(linksOf(this.request), () -> this.service.onCancel(this.trail.adding("stop")), this.request::cancel);

		assertThat(this.trail.words()).containsExactly("stop");
		assertThat(linksOf(this.service).hasSomethingToWake()).isFalse();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void callbackIsFoundWhileAnotherOneOfItsScopeIsStillLinking() throws Exception {
		// onCancel in the step ------------------------------ linked to the request
		// --------------- second onCancel, cancel of the request
		OpenScope step = openIn(this.service, this.scopes, ScopeOptions.none());
		Trail stopped = new Trail();

		HeldUp.at(linksOf(this.request), () -> step.onCancel(this.trail.adding("first")), () -> {
			step.onCancel(this.trail.adding("second"));
			this.request.cancel();
			this.trail.words().forEach(stopped::add);
		});

		assertThat(stopped.words()).as("when cancel returned").contains("second");
		assertThat(this.trail.words()).containsExactlyInAnyOrder("first", "second");
	}

	@Test
	void callbackOfTheOpenerThatMeetsTheCloseIsDropped() {
		// onCancel in the service ------- comes in
		// -------------- close of the service
		this.time.whenReadWhile(() -> true, this.service::close);

		Registration late = this.service.onCancel(this.trail.adding("dropped"));

		assertThat(this.time.pending()).isZero();
		this.request.cancel();
		assertThat(this.trail.words()).isEmpty();
		assertThat(late.unregister()).isTrue();
	}

	@Test
	void callbackOfWorkThatMeetsTheCloseBelongsToTheRequest() {
		// onCancel by the work ------- comes in
		// -------------- close of the service
		this.service.wrap(() -> {
			this.time.whenReadWhile(() -> true, this.service::close);

			this.service.onCancel((reason) -> this.trail.add("stopped by " + reason.kind()));

			assertThat(this.time.pending()).isEqualTo(1);
			this.time.advance(seconds(9));
		}).run();

		assertThat(this.trail.words()).containsExactly("stopped by DEADLINE");
	}

	@Test
	void callbackOfWorkThatMeetsTheCloseIsDroppedAtTheEndOfTheWork() {
		// onCancel by the work ------- comes in ---- work ends
		// -------------- close of the service
		this.service.wrap(() -> {
			this.time.whenReadWhile(() -> true, this.service::close);

			this.service.onCancel(this.trail.adding("dropped"));
		}).run();

		assertThat(this.time.pending()).isZero();
		this.request.cancel();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void callbackOfWorkThatEndsWhileItComesInIsDropped() {
		// onCancel by the work ---- goes on to the request -------- listed there, looks
		// -------------- close of the service --------- end of the work
		Attachment work = (Attachment) this.service.attach();
		ScopeNode node = linksOf(this.service).node;
		WorkCallback callback = new WorkCallback(node, this.trail.adding("dropped"), work, false);
		this.time.whenReadWhile(() -> true, () -> {
			this.service.close();
			this.time.whenReadWhile(() -> callback.holder() == this.request, work::close);
		});

		Linking.enlist(callback, node);

		assertThat(work.isOver()).isTrue();
		assertThat(callback.isListed()).isFalse();
		assertThat(this.time.pending()).isZero();
		this.request.cancel();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void scopeThatClosesBeforeItIsListedAboveIsNotListed() throws Exception {
		// onCancel in the service ---- linked to the request
		// -------------------- close of the service
		HeldUp.at(linksOf(this.request), () -> this.service.onCancel(this.trail.adding("dropped")),
				this.service::close);

		assertThat(linksOf(this.request).hasSomethingToWake()).isFalse();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void scopeWhoseParentClosesBeforeItIsListedThereHasAnAlarmOfItsOwn() throws Exception {
		// onCancel in the service ---- linked to the request
		// -------------------- close of the request
		OpenScope slow = openIn(this.request, this.scopes, ScopeOptions.timeout(seconds(20)));

		HeldUp.at(linksOf(this.request), () -> slow.onCancel(this.trail.adding("stop")), this.request::close);
		this.time.advance(seconds(20));

		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void lateCallbackThrowsWhatTheJvmRanInto() {
		this.service.cancel();

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> this.service.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		}));

		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

}
