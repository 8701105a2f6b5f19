package io.cancelscope;

import java.util.List;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.bury;
import static io.cancelscope.Nodes.chain;
import static io.cancelscope.Nodes.isQuiet;
import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far a scope has to look up to answer: not at all while nothing has changed, and
 * then no further than to the first that has looked itself.
 */
@ExtendWith(ThreadStaysClean.class)
class AskingDistanceTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final OpenScope top = this.scopes.openUnbound(ScopeOptions.named("top"));

	/** Any cancellation below the top may concern any scope there. */
	private void changeTheTree() {
		openIn(this.top, this.scopes, ScopeOptions.named("sibling")).cancel();
	}

	@Test
	void scopeLooksOnceForEachChange() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.none());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
		assertThat(isQuiet(child)).isTrue();

		changeTheTree();

		assertThat(isQuiet(child)).isFalse();
		assertThat(child.isCancelled()).isFalse();
		assertThat(isQuiet(child)).isTrue();
	}

	@Test
	void scopeOpenedInOneThatHasLookedNeedNotLook() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.none());
		changeTheTree();
		parent.check();

		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());

		assertThat(isQuiet(child)).isTrue();
	}

	@Test
	void scopeOpenedInOneThatHasNotLookedHasToLook() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.none());
		changeTheTree();

		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());

		assertThat(isQuiet(child)).isFalse();
	}

	@Test
	void scopeOpenedInACancelledOneHasToLook() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.none());
		parent.cancel();

		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());

		assertThat(isQuiet(child)).isFalse();
		assertThat(child.isCancelled()).isTrue();
	}

	/** Race: the parent closes between two looks of the thread that opens in it. */
	@Test
	void scopeOpenedInOneThatHasJustClosedLooksOnceAndRemembers() {
		OpenScope parent = openIn(this.top, this.scopes, ScopeOptions.none());
		changeTheTree();
		parent.check();
		parent.close();
		ScopeNode child = new TreeScope(this.scopes.setup, ScopeOptions.none(), node(parent), true, null, 0,
				Deadline.NONE);
		assertThat(child.isQuiet()).isFalse();

		assertThat(child.cancellation()).isNull();

		assertThat(child.isQuiet()).isTrue();
	}

	@Test
	void walkTellsAllThatItPasses() {
		List<OpenScope> chain = chain(this.scopes, 5);
		openIn(chain.get(0), this.scopes, ScopeOptions.none()).cancel();
		assertThat(chain.subList(1, 6)).noneMatch(Nodes::isQuiet);

		chain.get(5).check();

		assertThat(chain.subList(1, 6)).allMatch(Nodes::isQuiet);
	}

	@Test
	void walkEndsAtTheFirstThatHasLooked() {
		List<OpenScope> chain = chain(this.scopes, 5);
		openIn(chain.get(0), this.scopes, ScopeOptions.none()).cancel();
		chain.get(3).check();

		bury(chain.get(2));

		assertThat(chain.get(5).isCancelled()).isFalse();
	}

	@Test
	void walkGoesOnToTheTopWhereNobodyHasLooked() {
		List<OpenScope> chain = chain(this.scopes, 5);
		openIn(chain.get(0), this.scopes, ScopeOptions.none()).cancel();

		bury(chain.get(1));

		assertThat(chain.get(5).isCancelled()).isTrue();
	}

	@Test
	void deadlineMovedAboveIsKnownToAllThatWerePassed() {
		OpenScope budget = openIn(this.top, this.scopes, ScopeOptions.timeout(seconds(9)));
		OpenScope first = openIn(budget, this.scopes, ScopeOptions.none());
		OpenScope second = openIn(first, this.scopes, ScopeOptions.timeout(seconds(5)));
		OpenScope third = openIn(second, this.scopes, ScopeOptions.none());
		budget.reschedule(seconds(20));

		assertThat(third.remaining()).contains(seconds(5));

		assertThat(node(first).effective()).isEqualTo(node(budget).own());
		assertThat(node(second).effective()).isEqualTo(node(second).own());
		assertThat(isQuiet(first) && isQuiet(second)).isTrue();
	}

	@Test
	void deadlineOfAClosedScopeIsNotKnownToThoseThatWerePassedBelowIt() {
		OpenScope budget = openIn(this.top, this.scopes, ScopeOptions.timeout(seconds(9)));
		OpenScope closed = openIn(budget, this.scopes, ScopeOptions.timeout(seconds(1)));
		OpenScope first = openIn(closed, this.scopes, ScopeOptions.none());
		OpenScope second = openIn(first, this.scopes, ScopeOptions.none());
		closed.close();

		assertThat(second.remaining()).contains(seconds(9));

		assertThat(node(first).effective()).isEqualTo(node(budget).own());
		assertThat(isQuiet(first)).isTrue();
	}

	@Test
	void cancellationThatWasToldDisturbsNobodyElse() {
		OpenScope cancelled = openIn(this.top, this.scopes, ScopeOptions.none());
		OpenScope below = openIn(cancelled, this.scopes, ScopeOptions.none());
		OpenScope healthy = openIn(this.top, this.scopes, ScopeOptions.none());
		cancelled.cancel();
		healthy.check();

		assertThat(below.isCancelled()).isTrue();
		assertThat(cancelled.isCancelled()).isTrue();

		assertThat(isQuiet(healthy)).isTrue();
	}

	@Test
	void closeOfAScopeThatWasNeverCarriedDisturbsNobodyElse() {
		OpenScope healthy = openIn(this.top, this.scopes, ScopeOptions.none());

		try (CancelScope.Registration attached = this.top.attach()) {
			assertThat(attached).isNotNull();
			this.scopes.open(ScopeOptions.timeout(seconds(1))).close();
		}

		assertThat(isQuiet(healthy)).isTrue();
	}

	@Test
	void closeOfACarriedScopeWithoutADeadlineDisturbsNobodyElse() {
		OpenScope healthy = openIn(this.top, this.scopes, ScopeOptions.none());
		OpenScope carried = openIn(this.top, this.scopes, ScopeOptions.none());
		carried.attach().close();

		carried.close();

		assertThat(isQuiet(healthy)).isTrue();
	}

	@Test
	void whatWasFoundAboveIsKept() {
		OpenScope cancelled = openIn(this.top, this.scopes, ScopeOptions.none());
		OpenScope below = openIn(cancelled, this.scopes, ScopeOptions.none());
		cancelled.cancel();

		assertThat(below.isCancelled()).isTrue();

		assertThat(node(below).stored()).isInstanceOfSatisfying(Cancellation.class,
				(kept) -> assertThat(kept.untold).isFalse());
	}

	@Test
	void closedScopeReportsTheDeadlineOfTheScopeAround() {
		OpenScope around = openIn(this.top, this.scopes, ScopeOptions.timeout(seconds(9)));
		OpenScope inner = openIn(around, this.scopes, ScopeOptions.timeout(seconds(5)));
		assertThat(inner.remaining()).contains(seconds(5));

		inner.close();

		assertThat(inner.remaining()).contains(seconds(9));
	}

	@Test
	void closedScopeWithNothingAroundReportsNoDeadline() {
		OpenScope alone = this.scopes.openUnbound(ScopeOptions.timeout(seconds(5)));

		alone.close();

		assertThat(alone.deadline()).isEmpty();
		assertThat(alone.remaining()).isEmpty();
	}

}
