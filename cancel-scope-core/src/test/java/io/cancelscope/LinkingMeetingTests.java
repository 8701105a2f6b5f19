package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.StoppingTime.Meeting;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.linksOf;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What links a scope upward meets what takes it out, in every order that the calls of the
 * time source allow: what waits is stopped once, and no alarm is left behind.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class LinkingMeetingTests {

	private static final ScopeOptions HOUR = ScopeOptions.timeout(Duration.ofHours(1));

	private static final ScopeOptions TWO_HOURS = ScopeOptions.timeout(Duration.ofHours(2));

	/** Three scopes inside each other, and how often what waits was stopped. */
	private static final class Tree {

		final StoppingTime time;

		final OpenScope top;

		final OpenScope middle;

		final OpenScope leaf;

		final AtomicInteger stops = new AtomicInteger();

		Tree(StoppingTime time) {
			this.time = time;
			CancelScopes scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
			this.top = scopes.openUnbound(TWO_HOURS);
			this.middle = openIn(this.top, scopes, HOUR);
			this.leaf = openIn(this.middle, scopes, TWO_HOURS);
		}

		Registration register(CancelScope scope) {
			return scope.onCancel((reason) -> this.stops.incrementAndGet());
		}

		Callable<?> closing(OpenScope scope) {
			return () -> {
				scope.close();
				return true;
			};
		}

		void assertStops(int expected, String order) {
			assertThat(this.stops).as(order).hasValue(expected);
			this.leaf.close();
			this.middle.close();
			assertThat(linksOf(this.top).hasSomethingToWake()).as("left behind: " + order).isFalse();
			this.top.close();
			assertThat(this.time.pending()).as("left behind: " + order).isZero();
		}

	}

	@Test
	void callbackMeetsTheCloseOfTheScopeAbove() throws Exception {
		// leaf.onCancel | middle.close, then top.cancel
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			return new Meeting(() -> tree.register(tree.leaf), tree.closing(tree.middle), (order) -> {
				tree.top.cancel();
				tree.assertStops(1, order);
			});
		});
	}

	@Test
	void secondCallbackMeetsTheCloseOfTheScopeAbove() throws Exception {
		// leaf.onCancel | middle.close, then the time is up
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			tree.register(tree.leaf);
			return new Meeting(() -> tree.register(tree.leaf), tree.closing(tree.middle), (order) -> {
				time.advance(Duration.ofHours(2));
				tree.assertStops(2, order);
			});
		});
	}

	@Test
	void callbackMeetsTheEndOfAnother() throws Exception {
		// leaf.onCancel | unregister of the last one, then middle.cancel
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			Registration last = tree.register(tree.leaf);
			return new Meeting(() -> tree.register(tree.leaf), last::unregister, (order) -> {
				tree.middle.cancel();
				tree.assertStops(1, order);
			});
		});
	}

	@Test
	void callbackMeetsTheEndOfOneAbove() throws Exception {
		// leaf.onCancel | unregister of the last one above, then the time is up
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			Registration last = tree.register(tree.middle);
			return new Meeting(() -> tree.register(tree.leaf), last::unregister, (order) -> {
				time.advance(Duration.ofHours(1));
				tree.assertStops(1, order);
			});
		});
	}

	@Test
	void closeMeetsTheCancellationAbove() throws Exception {
		// middle.close | top.cancel
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			tree.register(tree.leaf);
			return new Meeting(tree.closing(tree.middle), tree.top::cancel, (order) -> tree.assertStops(1, order));
		});
	}

	@Test
	void closeMeetsTheEndOfTheLastBelow() throws Exception {
		// middle.close | unregister
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			Registration last = tree.register(tree.leaf);
			return new Meeting(tree.closing(tree.middle), last::unregister, (order) -> {
				assertThat(time.pending()).as(order).isZero();
				tree.top.cancel();
				tree.assertStops(0, order);
			});
		});
	}

	@Test
	void closeMeetsTheCloseBelow() throws Exception {
		// middle.close | leaf.close
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			tree.register(tree.leaf);
			return new Meeting(tree.closing(tree.middle), tree.closing(tree.leaf), (order) -> {
				assertThat(time.pending()).as(order).isZero();
				tree.top.cancel();
				tree.assertStops(0, order);
			});
		});
	}

	@Test
	void movedDeadlineMeetsTheCloseAbove() throws Exception {
		// middle.close | leaf.reschedule
		StoppingTime.meetInEveryOrder((time) -> {
			Tree tree = new Tree(time);
			tree.register(tree.leaf);
			return new Meeting(tree.closing(tree.middle), () -> tree.leaf.reschedule(Deadline.after(seconds(5), time)),
					(order) -> {
						time.advance(seconds(5));
						tree.assertStops(1, order);
					});
		});
	}

}
