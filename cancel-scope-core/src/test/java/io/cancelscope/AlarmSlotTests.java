package io.cancelscope;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.linksOf;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R4: a scope has one alarm, the earliest of those that were asked for, and none where
 * nothing is to be woken.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class AlarmSlotTests {

	private static final long LATER = seconds(1).toNanos();

	private final HookedTime time = new HookedTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	private final OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("a").withTimeout(seconds(10)));

	private final Links links = linksOf(this.scope);

	private final long due = this.links.node.own();

	private void register() {
		this.scope.onCancel(this.trail.adding("stop"));
	}

	@Test
	void alarmIsSetFromItsInstantOn() {
		assertThat(this.links.isSetFor(this.due)).isFalse();

		register();

		assertThat(this.links.isSetFor(this.due - 1)).isFalse();
		assertThat(this.links.isSetFor(this.due)).isTrue();
		assertThat(this.links.isSetFor(this.due + 1)).isTrue();
	}

	@Test
	void alarmForTheSameInstantIsNotSetAgain() {
		register();

		this.links.ringAt(this.due);

		assertThat(this.time.scheduled()).isEqualTo(1);
	}

	@Test
	void laterAlarmIsNotSetBesideAnEarlierOne() {
		register();

		this.links.ringAt(this.due + LATER);

		assertThat(this.time.scheduled()).isEqualTo(1);
	}

	@Test
	void earlierAlarmTakesThePlaceOfALaterOne() {
		register();

		this.links.ringAt(this.due - LATER);

		assertThat(this.links.isSetFor(this.due - LATER)).isTrue();
		assertThat(this.time.pending()).isEqualTo(1);
	}

	@Test
	void nothingRingsWhereNothingIsToBeWoken() {
		this.links.ringAt(this.due);

		assertThat(this.time.scheduled()).isZero();
	}

	@Test
	void nothingRingsInAClosedScope() {
		register();
		this.scope.close();

		this.links.ringAt(this.due);

		assertThat(this.time.scheduled()).isEqualTo(1);
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void nothingRingsInACancelledScopeThatIsWatchedFromAbove() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.timeout(seconds(5)));
		child.onCancel(this.trail.adding("stop"));
		child.cancel();

		linksOf(child).ringAt(this.due);

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void cancelledScopeLeavesNoAlarm() {
		register();

		this.scope.cancel();

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void scopeThatIsWatchedFromAboveKeepsItsAlarmWhenNothingWaitsInIt() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.timeout(seconds(5)));
		parent.onCancel((reason) -> this.trail.add("stopped by " + reason.kind()));
		child.onCancel(this.trail.adding("taken back")).unregister();

		this.time.advance(seconds(5));

		assertThat(this.trail.words()).containsExactly("stopped by DEADLINE");
	}

	@Test
	void timeSourceThatCannotTakeAnAlarmOutIsLogged() {
		register();
		this.time.whenNextCancelled(() -> {
			throw new IllegalStateException("broken");
		});

		try (LogTrail log = new LogTrail()) {
			this.scope.close();

			assertThat(log.lines()).containsExactly("WARNING The time source of scope 'a' failed to cancel a task:"
					+ " java.lang.IllegalStateException: broken");
		}
	}

}
