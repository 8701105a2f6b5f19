package io.cancelscope;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is logged because nobody could be told otherwise.
 */
@ExtendWith(ThreadStaysClean.class)
class LoggingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final LogTrail log = new LogTrail();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void callbackThatThrowsIsLoggedWithItsScope() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("a"));
		scope.onCancel((reason) -> {
			throw new IllegalStateException("broken");
		});

		scope.cancel();
		scope.close();

		assertThat(this.log.lines()).containsExactly("WARNING A callback of scope 'a' failed on cancellation"
				+ " (REQUESTED). The other callbacks are not affected: java.lang.IllegalStateException: broken");
	}

	@Test
	void listenerThatThrowsIsLoggedEachTime() {
		CancelScopes watched = CancelScopes.builder().timeSource(this.time).listener(new Broken()).build();

		OpenScope scope = watched.open(ScopeOptions.named("a"));
		scope.cancel();
		scope.close();

		String line = "WARNING The listener failed for scope 'a'. The scope is not affected: java.lang.IllegalStateException: ";
		assertThat(this.log.lines()).containsExactly(line + "opened", line + "cancelled", line + "closed");
	}

	@Test
	void depthIsWarnedOfOnceWithTheNames() throws Exception {
		warnAgain();
		Deque<OpenScope> open = new ArrayDeque<>();

		for (int i = 0; i <= 1000; i++) {
			assertThat(this.log.lines()).isEmpty();
			open.push(this.scopes.open(ScopeOptions.named("s" + i)));
		}
		open.pop().close();
		open.push(this.scopes.open(ScopeOptions.named("again")));
		open.forEach(OpenScope::close);

		assertThat(this.log.lines()).containsExactly("WARNING Scopes are nested 1001 deep, usually because of a"
				+ " recursion that opens a scope on each level. Outermost first: [s0, s1, s2, s3, s4] …"
				+ " [s996, s997, s998, s999, s1000]. Logged once.");
	}

	@Test
	void aThousandOpenScopesAreDeepAndClosedOnesDoNotCount() throws Exception {
		warnAgain();
		OpenScope outermost = this.scopes.openUnbound(ScopeOptions.named("outermost"));
		OpenScope closed = Scopes.openIn(outermost, this.scopes, ScopeOptions.named("closed"));
		OpenScope second = Scopes.openIn(closed, this.scopes, ScopeOptions.named("second"));
		closed.close();
		Deque<OpenScope> open = new ArrayDeque<>();

		try (CancelScope.Registration attached = second.attach()) {
			assertThat(attached).isNotNull();
			for (int i = 2; i < 1000; i++) {
				assertThat(this.log.lines()).isEmpty();
				open.push(this.scopes.open(ScopeOptions.none()));
			}
			open.forEach(OpenScope::close);
		}
		second.close();
		outermost.close();

		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith("WARNING Scopes are nested 1000 deep")
			.contains("Outermost first: [outermost, second, unnamed, unnamed, unnamed] …");
	}

	@Test
	void handingOnIsNoDepth() throws Exception {
		warnAgain();
		OpenScope first = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope last = first;

		for (int i = 0; i < 1100; i++) {
			OpenScope next = Scopes.openIn(last, this.scopes, ScopeOptions.none());
			last.close();
			last = next;
		}
		last.close();

		assertThat(this.log.lines()).isEmpty();
	}

	/** Once in the life of the library means that another test may have had it. */
	private static void warnAgain() throws ReflectiveOperationException {
		Field warned = DeepNesting.class.getDeclaredField("warned");
		warned.setAccessible(true);
		((AtomicBoolean) warned.get(null)).set(false);
	}

	/** Fails each time. */
	private static final class Broken implements CancelScopeListener {

		@Override
		public void opened(CancelScope scope) {
			throw new IllegalStateException("opened");
		}

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			throw new IllegalStateException("cancelled");
		}

		@Override
		public void closed(CancelScope scope) {
			throw new IllegalStateException("closed");
		}

	}

}
