package io.cancelscope;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16, R23: what does not belong to work that goes on is dropped when the scope closes,
 * and the request's cancellation runs none of it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ReleasedOpenerTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));

	@AfterEach
	void cancelTheRequestAndFindThatNothingRan() {
		this.request.cancel("enough");

		assertThat(this.trail.words()).isEmpty();
	}

	private void registerWith(CancelScope scope) {
		scope.onCancel(this.trail.adding("dropped on close"));
	}

	@Test
	void callbackOfTheOpenerIsDropped() {
		try (Registration attached = this.request.attach(); OpenScope service = this.scopes.open(ScopeOptions.none())) {
			assertThat(attached).isNotNull();
			registerWith(service);
		}
	}

	@Test
	void callbackOfTheOpenerIsDroppedAlsoWhileWorkGoesOn() {
		try (Registration attached = this.request.attach(); OpenScope service = this.scopes.open(ScopeOptions.none())) {
			assertThat(attached).isNotNull();
			try (BegunWork work = BegunWork.in(service, this.scopes)) {
				registerWith(service);
				service.close();
				cancelTheRequestAndFindThatNothingRan();
				work.end();
			}
		}
	}

	@Test
	void callbackOfTheOpenerOfAnUnboundScopeIsDropped() {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (BegunWork work = BegunWork.in(service, this.scopes)) {
			registerWith(service);

			service.close();

			cancelTheRequestAndFindThatNothingRan();
			work.end();
		}
	}

	@Test
	void callbackThatAnotherThreadRegisteredOutsideAnyAttachmentIsDropped() throws Exception {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (OtherThread other = new OtherThread()) {
			other.start(() -> service.onCancel(this.trail.adding("dropped on close"))).value();
		}

		service.close();
	}

	/** The opener's thread carries another scope, which doesn't make it carried work. */
	@Test
	void openerInsideCarriedWorkIsStillTheOpener() {
		try (BegunWork work = BegunWork.in(this.request, this.scopes)) {
			work.run(() -> this.scopes.run(ScopeOptions.named("service"), this::registerWith));

			cancelTheRequestAndFindThatNothingRan();
			work.end();
		}
	}

	@Test
	void openerOfAnUnboundScopeInsideCarriedWorkIsStillTheOpener() {
		try (BegunWork work = BegunWork.in(this.request, this.scopes)) {
			work.run(() -> {
				OpenScope service = this.scopes.openUnbound(ScopeOptions.named("service"));
				registerWith(service);
				service.close();
			});

			cancelTheRequestAndFindThatNothingRan();
			work.end();
		}
	}

	@Test
	void scopeThatWorkOpensAndClosesDropsWhatTheWorkRegisteredThere() {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (BegunWork work = BegunWork.in(service, this.scopes)) {
			OpenScope step = work.step(() -> this.scopes.open(ScopeOptions.named("step")));
			work.run(() -> registerWith(step));
			service.close();
			work.run(step::close);

			cancelTheRequestAndFindThatNothingRan();
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfWorkThatEndedBeforeTheCloseIsDropped(CarriedBy way) {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (BegunWork work = BegunWork.in(service, this.scopes, way)) {
			work.run(() -> registerWith(service));
			work.end();
		}

		service.close();
	}

	@Test
	void callbackOfWorkThatEndedBeforeTheCloseIsDroppedAlsoWhileOtherWorkGoesOn() {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (BegunWork ended = BegunWork.in(service, this.scopes);
				BegunWork other = BegunWork.in(service, this.scopes)) {
			ended.run(() -> registerWith(service));
			ended.end();

			service.close();

			cancelTheRequestAndFindThatNothingRan();
			other.end();
		}
	}

	@Test
	void callbackOfAnAttachmentThatEndedIsDroppedAlsoIfTheThreadAttachesAgain() {
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (Registration first = service.attach()) {
			assertThat(first).isNotNull();
			registerWith(service);
		}

		try (Registration second = service.attach()) {
			assertThat(second).isNotNull();
			service.close();
			cancelTheRequestAndFindThatNothingRan();
		}
	}

	@Test
	void callbackOfEndedWorkStillRunsWhileTheScopeIsOpen() {
		Trail ran = new Trail();
		OpenScope service = Scopes.openIn(this.request, this.scopes, ScopeOptions.none());
		try (BegunWork work = BegunWork.in(service, this.scopes)) {
			work.run(() -> service.onCancel(ran.adding("ran")));
			work.end();
		}

		service.cancel("enough");

		assertThat(ran.words()).containsExactly("ran");
	}

}
