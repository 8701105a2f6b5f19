package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R18: work that submits itself again and again keeps none of the scopes alive that it
 * opened on the way.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ResubmittedWorkTests {

	private static final int TIMES = 300;

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final Deque<Runnable> queue = new ArrayDeque<>();

	private final List<WeakReference<Object>> opened = new ArrayList<>();

	private int times;

	/** What the work's first scope is. */
	enum First {

		CANCELLED {
			@Override
			void prepare(OpenScope scope) {
				scope.cancel("enough");
			}
		},

		RELEASED {
			@Override
			void prepare(OpenScope scope) {
				scope.close();
			}
		},

		OPEN {
			@Override
			void prepare(OpenScope scope) {
				assertThat(scope.isCancelled()).isFalse();
			}
		};

		abstract void prepare(OpenScope scope);

	}

	private void watch(Object object) {
		this.opened.add(new WeakReference<>(object));
	}

	/** The last one may be held by what is still in the queue. */
	private void runAllAndAssertCollected() {
		while (this.times < TIMES) {
			this.queue.remove().run();
		}

		assertThat(this.queue).hasSize(1);
		await("all but the last to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return this.opened.stream().filter((reference) -> reference.get() != null).count() < 5;
		});
		assertThat(this.opened).hasSize(TIMES);
	}

	@ParameterizedTest
	@EnumSource
	void workWrappedByTheScopeItOpens(First first) {
		OpenScope start = this.scopes.openUnbound(ScopeOptions.named("first"));
		this.queue.add(start.wrap(this::openAndWrap));
		first.prepare(start);

		runAllAndAssertCollected();
	}

	private void openAndWrap() {
		this.times++;
		this.scopes.run(ScopeOptions.named("next"), (next) -> {
			watch(next);
			this.queue.add(next.wrap(this::openAndWrap));
		});
	}

	@ParameterizedTest
	@EnumSource
	void workSubmittedToAPropagatingExecutor(First first) {
		OpenScope start = this.scopes.openUnbound(ScopeOptions.named("first"));
		this.queue.add(start.wrap(this::openAndSubmit));
		first.prepare(start);

		runAllAndAssertCollected();
	}

	private void openAndSubmit() {
		this.times++;
		try (OpenScope next = this.scopes.open(ScopeOptions.named("next"))) {
			watch(next);
			this.scopes.propagating(this.queue::add).execute(this::openAndSubmit);
		}
	}

	@ParameterizedTest
	@EnumSource
	void workThatAttachesTheLastScope(First first) {
		OpenScope start = this.scopes.openUnbound(ScopeOptions.named("first"));
		this.queue.add(() -> attachAndOpen(start));
		first.prepare(start);

		runAllAndAssertCollected();
	}

	private void attachAndOpen(CancelScope last) {
		this.times++;
		CancelScope.Registration attached = last.attach();
		try (OpenScope next = this.scopes.open(ScopeOptions.named("next"))) {
			watch(next);
			assertThat(next.isCancelled()).isEqualTo(last.isCancelled());
			this.queue.add(() -> attachAndOpen(next));
		}
		finally {
			attached.close();
		}
	}

	@Test
	void workOfScopesThatInterrupt() {
		OpenScope start = this.scopes.openUnbound(ScopeOptions.named("first"));
		this.queue.add(start.wrap(this::openInterruptingAndWrap));

		runAllAndAssertCollected();
	}

	private void openInterruptingAndWrap() {
		this.times++;
		this.scopes.run(ScopeOptions.named("next").interrupt(), (next) -> {
			watch(next);
			this.queue.add(next.wrap(this::openInterruptingAndWrap));
			next.cancel("enough");
		});
	}

	@Test
	void workThatRegistersCallbacksEachTime() {
		OpenScope start = this.scopes.openUnbound(ScopeOptions.named("first"));
		start.cancel("enough");
		this.queue.add(start.wrap(this::registerAndWrap));

		runAllAndAssertCollected();
	}

	private void registerAndWrap() {
		this.times++;
		this.scopes.run(ScopeOptions.named("next"), (next) -> {
			watch(next);
			next.onCancel((reason) -> assertThat(next.isCancelled()).isTrue());
			this.queue.add(next.wrap(this::registerAndWrap));
		});
	}

}
