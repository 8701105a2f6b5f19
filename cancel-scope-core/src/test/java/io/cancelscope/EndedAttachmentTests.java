package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * An attachment that has ended, however it did, holds nothing, and takes nothing any
 * more.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class EndedAttachmentTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	/** How an attachment ends. */
	enum End {

		CLOSED {
			@Override
			void end(OpenScope around, Registration attached) {
				attached.close();
				around.close();
			}
		},

		CLOSED_ELSEWHERE {
			@Override
			void end(OpenScope around, Registration attached) {
				Elsewhere.run(attached::close);
				around.close();
			}
		},

		FORGOTTEN {
			@Override
			void end(OpenScope around, Registration attached) {
				assertThatIllegalStateException().isThrownBy(around::close)
					.withMessageContaining("an attachment of 'attached'");
			}
		};

		abstract void end(OpenScope around, Registration attached);

	}

	private WeakReference<OpenScope> attachAndEnd(End end, ScopeOptions options, List<Registration> kept) {
		OpenScope around = this.scopes.open(ScopeOptions.named("around"));
		OpenScope scope = this.scopes.openUnbound(options.withName("attached"));
		kept.add(scope.attach());
		end.end(around, kept.get(0));
		scope.close();
		return new WeakReference<>(scope);
	}

	private static void assertCollected(WeakReference<OpenScope> scope) {
		await("the scope to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return scope.get() == null;
		});
	}

	@ParameterizedTest
	@EnumSource
	void whoKeepsItKeepsNoScope(End end) {
		List<Registration> kept = new ArrayList<>();

		WeakReference<OpenScope> scope = attachAndEnd(end, ScopeOptions.none().detached(), kept);

		assertCollected(scope);
		assertThat(kept).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void whoKeepsOneThatInterruptedKeepsNoScope(End end) {
		List<Registration> kept = new ArrayList<>();

		WeakReference<OpenScope> scope = attachAndEnd(end, ScopeOptions.none().detached().interrupt(), kept);

		assertCollected(scope);
		assertThat(kept).hasSize(1);
	}

	@Test
	void noCallbackMovesUpWithIt() {
		ScopeNode scope = (ScopeNode) this.scopes.openUnbound(ScopeOptions.none());
		Attachment attachment = Attachment.push(scope);
		WorkCallback callback = new WorkCallback(scope, (reason) -> {
		}, attachment, false);
		assertThat(callback.outlivesClose()).isTrue();

		attachment.close();

		assertThat(callback.outlivesClose()).isFalse();
		assertThat(callback.beginMove()).isFalse();
	}

}
