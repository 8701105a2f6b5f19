package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A listener that hears of cancellations alone: of each of them, once, and with what can
 * be known of the scope by then.
 */
@ExtendWith(ThreadStaysClean.class)
class NewsOnlyTests {

	private final ManualTime time = new ManualTime();

	private final News news = new News();

	private final CancelScopes scopes = listening(this.time, this.news);

	private static CancelScopes listening(TimeSource time, CancelScopeListener... listeners) {
		CancelScopes.Builder builder = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run);
		for (CancelScopeListener listener : listeners) {
			builder.listener(listener);
		}
		return builder.build();
	}

	@Test
	void scopeThatIsNotCancelledIsNoNews() {
		this.scopes.run(ScopeOptions.timeout(SECOND), (outer) -> {
			this.scopes.run(ScopeOptions.none(), CancelScope::check);
			outer.attach().close();
			outer.onCancel((reason) -> {
			}).close();
		});

		assertThat(this.news.lines).isEmpty();
	}

	@Test
	void nothingIsNotedOfAScopeThatIsNotCancelled() {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			assertThat(scope.details().thread()).isNull();
			assertThat(scope.details().elapsed()).isNull();
		});
	}

	@Test
	void eachScopeThatIsReachedIsToldOnce() {
		OpenScope parent = this.scopes.open(ScopeOptions.named("parent"));
		OpenScope child = this.scopes.open(ScopeOptions.named("child"));
		parent.cancel();
		parent.cancel();
		child.isCancelled();
		child.close();
		parent.close();

		assertThat(this.news.lines).containsExactly("parent REQUESTED by parent", "child REQUESTED by parent");
	}

	@Test
	void deadlineThatNobodyAskedForIsToldAtTheClose() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("late").withTimeout(SECOND));
		this.time.advance(seconds(3));
		scope.close();

		assertThat(this.news.lines).containsExactly("late DEADLINE by late");
		assertThat(this.news.details).singleElement().satisfies((details) -> {
			assertThat(details.budget()).isEqualTo(SECOND);
			assertThat(details.elapsed()).isEqualTo(seconds(3));
			assertThat(details.thread()).isSameAs(Thread.currentThread());
			assertThat(details.origin()).isTrue();
		});
		assertThat(scope.isCancelled()).isTrue();
	}

	@Test
	void deadlineOfAParentThatNobodyAskedForIsToldAtTheCloseOfItsChild() {
		OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(SECOND));
		OpenScope child = this.scopes.open(ScopeOptions.named("child"));
		this.time.advance(seconds(3));
		child.close();

		assertThat(this.news.lines).containsExactly("parent DEADLINE by parent", "child DEADLINE by parent");
		parent.close();
	}

	@Test
	void deadlineThatACheckNoticesIsTold() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("late").withTimeout(SECOND));
		this.time.advance(SECOND);
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(scope::check);
		scope.close();

		assertThat(this.news.lines).containsExactly("late DEADLINE by late");
	}

	@Test
	void deadlineThatTheTimerNoticesIsToldWithTheThreadInside() throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.named("late").withTimeout(SECOND));
		scope.onCancel((reason) -> {
		});
		try (OtherThread other = new OtherThread()) {
			other.start(() -> {
				this.time.advance(seconds(2));
				return null;
			}).value();
		}

		assertThat(this.news.lines).containsExactly("late DEADLINE by late");
		assertThat(this.news.details).singleElement()
			.satisfies((details) -> assertThat(details.thread()).isSameAs(Thread.currentThread()));
		assertThat(scope.details().thread()).isNull();
		scope.close();
	}

	@Test
	void movedDeadlineLeavesTheTimeOfTheOpening() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("moved").withTimeout(SECOND));
		this.time.advance(Duration.ofMillis(500));
		scope.reschedule(Deadline.after(seconds(2), this.time));
		this.time.advance(seconds(3));
		scope.close();

		assertThat(this.news.details).singleElement().satisfies((details) -> {
			assertThat(details.budget()).isEqualTo(Duration.ofMillis(2500));
			assertThat(details.elapsed()).isEqualTo(Duration.ofMillis(3500));
		});
	}

	@Test
	void scopeOpenedTooLateIsTold() {
		this.scopes.run(ScopeOptions.named("none left").withTimeout(Duration.ZERO),
				(scope) -> assertThat(scope.details().elapsed()).isZero());

		assertThat(this.news.lines).containsExactly("none left DEADLINE by none left");
	}

	@Test
	void observedScopesAreTold() {
		CancelScopes observing = CancelScopes.builder()
			.timeSource(this.time)
			.listener(this.news)
			.observe((name) -> true)
			.build();
		observing.run(ScopeOptions.named("a").withTimeout(SECOND), (scope) -> this.time.advance(seconds(2)));

		assertThat(this.news.lines).containsExactly("a would: DEADLINE");
	}

	@Test
	void oneThatWantsMoreHearsOfEachScopeToo() {
		List<String> all = new ArrayList<>();
		CancelScopes both = listening(this.time, this.news, new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				all.add("opened " + scope.name());
			}

		});
		both.run(ScopeOptions.named("a"), (scope) -> scope.cancel());

		assertThat(all).containsExactly("opened a");
		assertThat(this.news.lines).containsExactly("a REQUESTED by a");
	}

	@Test
	void newsOfACancelThatMeetsTheCloseAreToldIfItWon() throws Exception {
		// cancel | close
		try (Races races = new Races()) {
			races.race(() -> {
				AtomicInteger told = new AtomicInteger();
				CancelScopes listening = listening(this.time, new News() {

					@Override
					public void cancelled(CancelScope scope, CancelReason reason) {
						told.incrementAndGet();
					}

				});
				OpenScope parent = listening.openUnbound(ScopeOptions.none());
				OpenScope scope = openIn(parent, listening, ScopeOptions.named("a"));
				return new Races.Run(scope::cancel, () -> {
					scope.close();
					return true;
				}, (cancelled, closed) -> {
					assertThat(told).hasValue(cancelled ? 1 : 0);
					parent.close();
				});
			});
		}
	}

	/** Writes down what it hears. */
	private static class News implements CancelScopeListener {

		final List<String> lines = new ArrayList<>();

		final List<ScopeDetails> details = new ArrayList<>();

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			this.lines.add(scope.name() + " " + reason.kind() + " by " + reason.origin());
			this.details.add(scope.details());
		}

		@Override
		public void observed(CancelScope scope, CancelReason reason) {
			this.lines.add(scope.name() + " would: " + reason.kind());
		}

		@Override
		public boolean onlyCancellations() {
			return true;
		}

	}

}
