package io.cancelscope.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class ScopeLeaksTests {

	private final ScopeLeaks leaks = new ScopeLeaks(Duration.ZERO);

	private final CancelScopes scopes = CancelScopes.builder().listener(this.leaks).build();

	private final String thread = Thread.currentThread().getName();

	@Test
	void whatIsClosedIsNoLeak() {
		ScopeLeaks.Watch watch = this.leaks.watch();

		this.scopes.run(ScopeOptions.named("outer"),
				(outer) -> this.scopes.run(ScopeOptions.named("inner"), CancelScope::check));

		assertThatCode(watch::check).doesNotThrowAnyException();
	}

	@Test
	void scopesLeftOnTheThreadAreNamedAndClosed() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		CancelScopes.create().open(ScopeOptions.named("inner"));

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageContaining("scope 'outer' is still current on thread '" + this.thread + "'")
			.withMessageContaining("scope 'inner' is still current")
			.withMessageContaining("try-with-resources");
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(outer.isCancelled()).isFalse();
		assertThatCode(watch::check).doesNotThrowAnyException();
	}

	@Test
	void attachmentLeftOnTheThreadIsFound() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		this.scopes.openUnbound(ScopeOptions.named("request")).attach();

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageContaining("scope 'request' is still current")
			.withMessageContaining("attach()");
	}

	@Test
	void attachmentOfACancelledScopeIsOneLineAndLeavesTheThreadClean() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		request.cancel();
		request.attach();

		AssertionError found = catchThrowableOfType(AssertionError.class, watch::check);

		assertThat(found.getMessage().lines().skip(1)).singleElement()
			.asString()
			.contains("scope 'request' is still current on thread '" + this.thread + "'")
			.contains("attach()");
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThatCode(watch::check).doesNotThrowAnyException();
	}

	@Test
	void whatLiesBelowAnAttachmentOfACancelledScopeIsNamedAndClosed() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		OpenScope below = this.scopes.open(ScopeOptions.named("below"));
		OpenScope request = CancelScopes.create().openUnbound(ScopeOptions.named("request"));
		request.cancel();
		request.attach();
		this.scopes.open(ScopeOptions.named("above"));

		AssertionError found = catchThrowableOfType(AssertionError.class, watch::check);

		assertThat(found.getMessage().lines().skip(1)).hasSize(2);
		assertThat(found).hasMessageContainingAll("scope 'above' is still current", "scope 'request' is still current",
				"'below'");
		assertThat(below.details().closed()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void attachmentForgottenInsideAScopeOfBeforeIsOneLineAndEndsWithThatScope() {
		OpenScope before = this.scopes.open(ScopeOptions.named("before"));
		ScopeLeaks.Watch watch = this.leaks.watch();
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		request.cancel();
		request.attach();

		AssertionError found = catchThrowableOfType(AssertionError.class, watch::check);

		assertThat(found.getMessage().lines().skip(1)).hasSize(1);
		assertThatIllegalStateException().isThrownBy(before::close);
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void scopeOfBeforeMayCloseBeforeTheCheck() {
		OpenScope before = this.scopes.open(ScopeOptions.named("before"));
		ScopeLeaks.Watch watch = this.leaks.watch();

		before.close();

		assertThatCode(watch::check).doesNotThrowAnyException();
	}

	@Test
	void scopeBelowAForgottenAttachmentDoesNotKeepTheReportFromComing() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		this.scopes.open(ScopeOptions.named("below"));
		this.scopes.openUnbound(ScopeOptions.named("request")).attach();

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageContaining("scope 'request' is still current")
			.withMessageContaining("scope 'below' is still current");
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void watchesMayBeCheckedInAnyOrder() {
		ScopeLeaks.Watch first = this.leaks.watch();
		ScopeLeaks.Watch second = new ScopeLeaks(Duration.ZERO).watch();
		this.scopes.run(ScopeOptions.none(), CancelScope::check);

		assertThatCode(first::check).doesNotThrowAnyException();
		assertThatCode(second::check).doesNotThrowAnyException();
	}

	@Test
	void attachmentOfAReleasedScopeDoesNotStayOnTheThread() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		request.attach();
		request.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");

		assertThatCode(watch::check).doesNotThrowAnyException();
		assertThatCode(this.leaks.watch()::check).doesNotThrowAnyException();
	}

	@Test
	void checkOnAnotherThreadLeavesThatThreadAlone() {
		ScopeLeaks.Watch watch = this.leaks.watch();

		assertThat(CompletableFuture.runAsync(watch::check)).succeedsWithin(Duration.ofSeconds(20));

		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void interruptFlagIsFoundAndCleared() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		Thread.currentThread().interrupt();

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageContaining("the interrupt flag of thread '" + this.thread + "' is set");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void scopeThatIsOpenElsewhereIsNamedWithItsThreadAndPlaceAndCancelled() throws InterruptedException {
		ScopeLeaks.Watch watch = this.leaks.watch();
		List<OpenScope> opened = new ArrayList<>();
		Thread worker = new Thread(() -> opened.add(this.scopes.open(ScopeOptions.named("mail"))), "worker-7");
		worker.start();
		worker.join();

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageContaining("scope 'mail', opened on thread 'worker-7' at " + getClass().getName())
			.withMessageContaining("ScopeLeaksTests.java:");
		assertThat(opened.get(0).reason()).map(CancelReason::message).contains("a test left it open");
		assertThatCode(watch::check).doesNotThrowAnyException();
	}

	@Test
	void scopesOfBeforeAreNotTheTestsFault() {
		this.scopes.run(ScopeOptions.named("whole class"), (outer) -> {
			OpenScope before = this.scopes.openUnbound(ScopeOptions.named("before"));
			ScopeLeaks.Watch watch = this.leaks.watch();

			assertThatCode(watch::check).doesNotThrowAnyException();
			assertThat(CancelScope.current()).isSameAs(outer);
			before.close();
		});
	}

	@Test
	void otherThreadsMayTakeAMomentToClose() {
		ScopeLeaks patient = new ScopeLeaks(Duration.ofSeconds(20));
		ScopeLeaks.Watch watch = patient.watch();
		OpenScope mail = CancelScopes.builder().listener(patient).build().openUnbound(ScopeOptions.named("mail"));
		Thread checking = Thread.currentThread();

		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
			while (checking.getState() != Thread.State.TIMED_WAITING) {
				Thread.onSpinWait();
			}
			mail.close();
		});

		assertThatCode(watch::check).doesNotThrowAnyException();
		assertThat(closing).succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void everythingIsToldAtOnce() {
		ScopeLeaks.Watch watch = this.leaks.watch();
		this.scopes.openUnbound(ScopeOptions.named("unbound"));
		this.scopes.open(ScopeOptions.named("bound"));
		Thread.currentThread().interrupt();

		assertThatExceptionOfType(AssertionError.class).isThrownBy(watch::check)
			.withMessageMatching(
					"(?s)The test left behind:\n- the interrupt flag.*\n- scope 'bound'.*\n" + "- scope 'unbound'.*");
	}

	@Test
	void patienceIsNotNegative() {
		assertThatIllegalArgumentException().isThrownBy(() -> new ScopeLeaks(Duration.ofMillis(-1)))
			.withMessageContaining("-1ms");
	}

}
