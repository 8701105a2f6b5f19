package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Where a timer can't be made, what needed it fails as a whole and leaves nothing behind;
 * the next one who needs a timer has one.
 */
@Timeout(30)
@ExtendWith({ ThreadStaysClean.class, JvmErrorsFail.class })
class FailedTimerTests {

	private final FlakyTime flaky = new FlakyTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.flaky)
		.callbackExecutor(Runnable::run)
		.build();

	private final Trail trail = new Trail();

	private Throwable failNext(Sneaky thrown) {
		Throwable ex = thrown.make();
		this.flaky.failOnce(ex);
		return ex;
	}

	@ParameterizedTest
	@EnumSource
	void attachThatFailsLeavesTheCurrentScope(Sneaky thrown) throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND).interrupt());
		Throwable failure = failNext(thrown);

		assertThat(catchThrowable(scope::attach)).isSameAs(failure);

		assertThat(CancelScope.current().name()).isEqualTo("root");
		CancelScope.Registration second = scope.attach();
		assertThat(CancelScope.current()).isSameAs(scope);
		second.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Patience.ends(Patience.start(scope::cancel));
		assertThat(Thread.interrupted()).as("interrupted, though outside").isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void attachThatFailsInsideAnotherScopeLeavesThatOne(Sneaky thrown) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND).interrupt());

		Throwable arrived = catchThrowable(() -> this.scopes.run(ScopeOptions.named("outer").interrupt(), (outer) -> {
			Throwable failure = failNext(thrown);
			assertThat(catchThrowable(scope::attach)).isSameAs(failure);
			assertThat(CancelScope.current()).isSameAs(outer);
			// What the attachment kept out has to come through again.
			Patience.ends(Patience.start(outer::cancel));
			Thread.sleep(0);
			this.trail.add("not interrupted");
		}));

		assertThat(arrived).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void wrappedTaskThatCannotBeAttachedLeavesTheCurrentScope(Sneaky thrown) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND).interrupt());
		Runnable wrapped = scope.wrap(() -> this.trail.add("ran in " + CancelScope.current().name()));
		Throwable failure = failNext(thrown);

		assertThat(catchThrowable(wrapped::run)).isSameAs(failure);

		assertThat(CancelScope.current().name()).isEqualTo("root");
		wrapped.run();
		assertThat(this.trail.words()).containsExactly("ran in " + scope.name());
	}

	@ParameterizedTest
	@EnumSource
	void openThatFailsLeavesTheCurrentScope(Sneaky thrown) {
		this.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			Throwable failure = failNext(thrown);

			assertThat(catchThrowable(() -> this.scopes.open(ScopeOptions.timeout(SECOND).interrupt())))
				.isSameAs(failure);

			assertThat(CancelScope.current()).isSameAs(outer);
			assertThat(this.flaky.time.pending()).isZero();
		});
	}

	@ParameterizedTest
	@EnumSource
	void callbackWhoseTimerCannotBeMadeIsNotRegistered(Sneaky thrown) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND));
		Throwable failure = failNext(thrown);

		assertThat(catchThrowable(() -> scope.onCancel(this.trail.adding("first")))).isSameAs(failure);
		scope.onCancel(this.trail.adding("second"));

		assertThat(this.flaky.time.pending()).isEqualTo(1);
		this.flaky.time.advance(SECOND);
		assertThat(this.trail.words()).containsExactly("second");
	}

	@ParameterizedTest
	@EnumSource
	void callbackThatWasNotRegisteredDoesNotRunOnCancelEither(Sneaky thrown) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND));
		failNext(thrown);
		catchThrowable(() -> scope.onCancel(this.trail.adding("first")));

		scope.cancel();

		assertThat(scope.isCancelled()).isTrue();
		assertThat(this.trail.words()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void callbackBelowTheScopeWhoseTimerCannotBeMadeIsNotRegistered(Sneaky thrown) {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.timeout(SECOND));
		OpenScope middle = openIn(parent, this.scopes, ScopeOptions.none());
		OpenScope child = openIn(middle, this.scopes, ScopeOptions.timeout(seconds(5)));
		Throwable failure = failNext(thrown);

		assertThat(catchThrowable(() -> child.onCancel(this.trail.adding("first")))).isSameAs(failure);
		child.onCancel(this.trail.adding("second"));

		this.flaky.time.advance(SECOND);
		assertThat(this.trail.words()).containsExactly("second");
	}

	@ParameterizedTest
	@EnumSource
	void callbacksRegisteredBeforeAndAfterAreKept(Sneaky thrown) {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		parent.onCancel(this.trail.adding("before"));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.timeout(SECOND));
		failNext(thrown);
		catchThrowable(() -> child.onCancel(this.trail.adding("failed")));
		child.onCancel(this.trail.adding("after"));

		parent.cancel();

		assertThat(this.trail.words()).containsExactly("before", "after");
		assertThat(this.flaky.time.pending()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void whatMovesUpIsStillFoundByACancellation(Sneaky thrown) {
		OpenScope top = this.scopes.openUnbound(ScopeOptions.timeout(seconds(60)));
		OpenScope closing = openIn(top, this.scopes, ScopeOptions.timeout(seconds(5)));
		OpenScope late = openIn(closing, this.scopes, ScopeOptions.timeout(seconds(50)));
		OpenScope second = openIn(closing, this.scopes, ScopeOptions.none());
		late.onCancel(this.trail.adding("late"));
		second.onCancel(this.trail.adding("second"));
		closing.wrap(() -> {
			closing.onCancel(this.trail.adding("work"));
			Throwable failure = failNext(thrown);

			assertThat(catchThrowable(closing::close)).isSameAs(failure);

			top.cancel();
		}).run();
		assertThat(this.trail.words()).containsExactlyInAnyOrder("late", "second", "work");
	}

	@ParameterizedTest
	@EnumSource
	void asynchronousCallThatCannotBeWatchedEndsItsScope(Sneaky thrown) {
		CompletableFuture<String> future = new CompletableFuture<>();
		AtomicReference<CancelScope> inside = new AtomicReference<>();
		Throwable failure = failNext(thrown);

		assertThat(catchThrowable(() -> this.scopes.callAsync(ScopeOptions.timeout(SECOND), (scope) -> {
			inside.set(scope);
			return future;
		}))).isSameAs(failure);

		assertThat(inside.get().details().closed()).isTrue();
		assertThat(inside.get().isCancelled()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void scopeClosesAfterItsTimerCouldNotBeMade(Sneaky thrown) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND));
		failNext(thrown);
		catchThrowable(() -> scope.onCancel(this.trail.adding("first")));

		scope.close();
		this.flaky.time.advance(SECOND);

		assertThat(this.flaky.time.pending()).isZero();
		assertThat(this.trail.words()).isEmpty();
	}

}
