package io.cancelscope;

import java.util.concurrent.CountDownLatch;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R16: work that a shielded or detached scope releases belongs to nobody above, so nobody
 * wakes it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ReleasedByShieldTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request").withTimeout(seconds(9)));

	/** What keeps out what is above. */
	enum KeptOut {

		SHIELDED {
			@Override
			ScopeOptions options() {
				return ScopeOptions.timeout(seconds(1)).shield();
			}
		},

		DETACHED {
			@Override
			ScopeOptions options() {
				return ScopeOptions.timeout(seconds(1)).detached();
			}
		};

		abstract ScopeOptions options();

	}

	@ParameterizedTest
	@EnumSource
	void callbackIsRunByNobody(KeptOut by) {
		OpenScope service = Scopes.openIn(this.request, this.scopes, by.options());
		try (BegunWork work = BegunWork.in(service, this.scopes)) {
			work.run(() -> service.onCancel(this.trail.adding("never")));
			service.close();

			this.request.cancel("enough");
			this.time.advance(seconds(20));

			assertThat(this.trail.words()).isEmpty();
			assertThat(this.time.pending()).isZero();
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void regionIsInterruptedByNobody(KeptOut by) throws Exception {
		OpenScope service = Scopes.openIn(this.request, this.scopes, by.options());
		CountDownLatch over = new CountDownLatch(1);
		try (BegunWork work = BegunWork.in(service, this.scopes)) {
			var step = work.block(() -> service.interruptibly((scope) -> {
				over.await();
				return "to its end";
			}));
			service.close();

			this.request.cancel("enough");
			this.time.advance(seconds(20));
			over.countDown();

			assertThat(step.value()).isEqualTo("to its end");
			assertThat(step.flag()).isFalse();
			work.end();
		}
	}

	@ParameterizedTest
	@EnumSource
	void callbackBelowMovesUpToTheShieldAndNoFurther(KeptOut by) {
		OpenScope service = Scopes.openIn(this.request, this.scopes, by.options());
		OpenScope inner = Scopes.openIn(service, this.scopes, ScopeOptions.named("inner"));
		try (BegunWork work = BegunWork.in(inner, this.scopes)) {
			work.run(() -> inner.onCancel(this.trail.adding("stopped")));
			inner.close();
			this.request.cancel("enough");
			assertThat(this.trail.words()).isEmpty();

			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("stopped");
			work.end();
		}
	}

}
