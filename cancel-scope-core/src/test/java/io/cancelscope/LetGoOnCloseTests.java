package io.cancelscope;

import java.lang.ref.WeakReference;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * R18: what a scope that has closed no longer holds, and what no longer holds it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class LetGoOnCloseTests {

	private final CancelScopes scopes = CancelScopes.builder().timeSource(new ManualTime()).findForgotten(1).build();

	@Test
	void regionOfTheBodyIsLetGo() {
		OpenScope scope = this.scopes.open(ScopeOptions.none().interrupt());
		assertThat(node(scope).links().rarities().region).isNotNull();

		scope.close();

		assertThat(node(scope).links().rarities().region).isNull();
	}

	@Test
	void regionOfABodyOnAnotherThreadStaysUntilThatThreadLeavesIt() throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.none().interrupt());
		try (OtherThread other = new OtherThread()) {
			other.start(() -> {
				scope.close();
				return null;
			}).value();
		}
		Region region = node(scope).links().rarities().region;
		assertThat(region.isLeft()).isFalse();

		scope.close();

		assertThat(region.isLeft()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void traceOfAWatchedScopeForgetsIt() {
		OpenScope open = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope closed = this.scopes.openUnbound(ScopeOptions.none());

		closed.close();

		assertThat(node(open).links().rarities().trace.get()).isSameAs(open);
		assertThat(node(closed).links().rarities().trace.get()).isNull();
		open.close();
	}

	@Test
	void exceptionThatIsKeptForgetsWhereItWasMade() {
		OpenScope around = this.scopes.openUnbound(ScopeOptions.named("around"));
		WeakReference<OpenScope> inner = new WeakReference<>(openIn(around, this.scopes, ScopeOptions.named("inner")));
		inner.get().cancel();
		Throwable kept = catchThrowable(inner.get()::check);

		inner.get().close();

		await("the scope to be collected").until(() -> {
			System.gc();
			return inner.refersTo(null);
		});
		around.cancel();
		assertThat(around.isCauseOf(kept)).isTrue();
		around.close();
	}

	@Test
	void exceptionThatIsKeptForgetsTheOutermostScope() {
		WeakReference<OpenScope> alone = new WeakReference<>(this.scopes.openUnbound(ScopeOptions.named("alone")));
		alone.get().cancel();
		Throwable kept = catchThrowable(alone.get()::check);

		alone.get().close();

		await("the scope to be collected").until(() -> {
			System.gc();
			return alone.refersTo(null);
		});
		assertThat(kept).isInstanceOf(ScopeCancelledException.class);
	}

}
