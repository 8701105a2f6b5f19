package io.cancelscope.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.group.TaskGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The line that is named for a scope that was left open is one of the user's code,
 * however the scope was opened.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class ScopeLeaksPlaceTests {

	private final ScopeLeaks leaks = new ScopeLeaks(Duration.ZERO);

	private final ScopeLeaks.Watch watch = this.leaks.watch();

	private final CancelScopes scopes = CancelScopes.builder().listener(new Deaf()).listener(this.leaks).build();

	@Test
	void lineThatOpensAnUnboundScopeIsNamed() {
		this.scopes.openUnbound(ScopeOptions.named("mail"));

		assertLinesAreOfThisClass(1);
	}

	@Test
	void lineThatRunsAScopeIsNamed() {
		this.scopes.run(ScopeOptions.named("mail"), (scope) -> assertLinesAreOfThisClass(1));
	}

	@Test
	void lineThatBeginsAnAsynchronousCallIsNamed() {
		this.scopes.callAsync(ScopeOptions.named("mail"), (scope) -> new CompletableFuture<String>());

		assertLinesAreOfThisClass(1);
	}

	@Test
	void linesThatOpenAGroupAndForkATaskAreNamed() {
		Deque<Runnable> queue = new ArrayDeque<>();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("mail"), queue::add)) {
			group.fork(() -> "never");

			assertLinesAreOfThisClass(2);
		}
	}

	/** Checks on another thread, which leaves this one alone. */
	private void assertLinesAreOfThisClass(int count) {
		Throwable thrown = CompletableFuture.supplyAsync(() -> catchThrowable(this.watch::check)).join();

		assertThat(thrown).isInstanceOf(AssertionError.class);
		assertThat(thrown.getMessage().lines().skip(1)).hasSize(count)
			.allMatch(
					(line) -> line.startsWith("- scope 'mail") && line.contains("' at " + getClass().getName() + "."));
	}

	/** Another listener, before the one that looks for leaks. */
	private static final class Deaf implements CancelScopeListener {

	}

}
