package io.cancelscope;

import java.util.List;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.linksOf;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first thing to wake in a scope links all on the way up, and sets the alarms of
 * those whose own deadline counts there.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class LinkingTests {

	private static final ScopeOptions NO_DEADLINE = ScopeOptions.none();

	private final HookedTime time = new HookedTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	private final OpenScope top = this.scopes.openUnbound(ScopeOptions.timeout(seconds(60)));

	/** Three levels below the top, one of which has a deadline. */
	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2 })
	void eachLevelHasTheAlarmOfItsOwnDeadline(int withDeadline) {
		OpenScope at = this.top;
		for (int level = 0; level < 3; level++) {
			at = openIn(at, this.scopes, (level == withDeadline) ? ScopeOptions.timeout(seconds(5)) : NO_DEADLINE);
		}
		at.onCancel(this.trail.adding("stop"));

		this.time.advance(seconds(5));

		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void levelWhoseDeadlineComesLaterThanTheOneAboveHasNoAlarm() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.timeout(seconds(5)));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.timeout(seconds(7)));

		child.onCancel(this.trail.adding("stop"));

		assertThat(linksOf(child).isSetFor(linksOf(child).node.own())).isFalse();
		assertThat(this.time.pending()).as("of the top and of the parent").isEqualTo(2);
	}

	@Test
	void nothingIsLeftAnywhereWhenTheLastCallbackGoes() {
		OpenScope parent = openIn(this.top, this.scopes, NO_DEADLINE);
		OpenScope child = openIn(parent, this.scopes, NO_DEADLINE);
		OpenScope grandchild = openIn(child, this.scopes, NO_DEADLINE);
		CancelScope.Registration last = grandchild.onCancel(this.trail.adding("stop"));

		last.unregister();

		assertThat(List.of(this.top, parent, child, grandchild))
			.noneMatch((scope) -> linksOf(scope).hasSomethingToWake());
		assertThat(List.of(parent, child, grandchild)).noneMatch((scope) -> linksOf(scope).isHeld());
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void siblingKeepsTheWayUp() {
		OpenScope parent = openIn(this.top, this.scopes, NO_DEADLINE);
		OpenScope one = openIn(parent, this.scopes, NO_DEADLINE);
		OpenScope other = openIn(parent, this.scopes, NO_DEADLINE);
		other.onCancel(this.trail.adding("stop"));

		one.onCancel(this.trail.adding("taken back")).unregister();
		this.time.advance(seconds(60));

		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void callbackThatComesWhileItsScopeLeavesIsFound() throws Exception {
		// unregister of the last ------------ dropped by the top, looks
		// ---------------------- onCancel
		OpenScope child = openIn(this.top, this.scopes, NO_DEADLINE);
		CancelScope.Registration last = child.onCancel(this.trail.adding("last"));

		HeldUp.at(linksOf(this.top), last::unregister, () -> child.onCancel(this.trail.adding("next")));
		this.top.cancel();

		assertThat(this.trail.words()).containsExactly("next");
	}

	@Test
	void callbackThatComesWhileItsScopeLeavesRunsIfItIsCancelledMeanwhile() throws Exception {
		// unregister of the last ------------ dropped by the top ---------------- looks
		// ---------------------- onCancel -------------------------- cancel of the top
		OpenScope child = openIn(this.top, this.scopes, NO_DEADLINE);
		CancelScope.Registration last = child.onCancel(this.trail.adding("last"));
		this.time.whenNextCancelled(this.top::cancel);

		HeldUp.at(linksOf(this.top), last::unregister, () -> child.onCancel(this.trail.adding("next")));

		assertThat(this.top.isCancelled()).isTrue();
		assertThat(this.trail.words()).containsExactly("next");
	}

}
