package io.cancelscope;

import java.util.List;

import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.bury;
import static io.cancelscope.Nodes.chain;
import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What makes it linear to leave a deep nest: a scope that changes something, and was up
 * to date, answers for the one above it, which then need not look.
 */
@ExtendWith(ThreadStaysClean.class)
class DeepShortcutTests {

	/** The first depth at which a scope answers for its parent. */
	private static final int DEEP = 32;

	private final CountedTime time = new CountedTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final List<OpenScope> chain = chain(this.scopes, DEEP);

	private final OpenScope child = this.chain.get(DEEP);

	private final OpenScope parent = this.chain.get(DEEP - 1);

	@Test
	void parentOfAScopeThatChangesNeedNotLook() {
		OpenScope sibling = openIn(this.chain.get(DEEP - 2), this.scopes, ScopeOptions.named("beside the parent"));

		this.child.cancel();
		bury(this.chain.get(10));

		assertThat(this.parent.isCancelled()).isFalse();
		assertThat(sibling.isCancelled()).isTrue();
	}

	@Test
	void answerIsKeptForTheNextChange() {
		OpenScope next = openIn(this.parent, this.scopes, ScopeOptions.named("next"));
		this.child.cancel();
		this.parent.check();
		next.check();

		next.cancel();
		bury(this.chain.get(10));

		assertThat(this.parent.isCancelled()).isFalse();
	}

	@Test
	void changeThatCameLaterIsLookedFor() {
		this.child.cancel();

		this.chain.get(5).reschedule(seconds(1));

		assertThat(this.parent.remaining()).contains(seconds(1));
	}

	/**
	 * <pre>
	 * one    child.cancel: reads the clock ── stores ── tells the tree
	 * other                   moves a deadline above
	 * </pre>
	 */
	@Test
	void scopeThatIsNotUpToDateAnswersForNobody() {
		this.time.atNextRead(() -> this.chain.get(5).reschedule(seconds(1)));

		this.child.cancel();

		assertThat(this.time.isArmed()).isFalse();
		assertThat(this.parent.remaining()).contains(seconds(1));
	}

	@Test
	void deadlineThatPassesMeanwhileStillCounts() {
		this.chain.get(5).reschedule(seconds(1));
		this.child.check();

		this.child.cancel();
		this.time.advance(seconds(1));

		assertThat(this.parent.isCancelled()).isTrue();
	}

	@Test
	void nothingIsKeptInAShallowTree() {
		this.chain.get(DEEP - 1).cancel();

		assertThat(node(this.chain.get(0)).linksIfAny()).isNull();
	}

	@Test
	void nothingIsKeptForATop() {
		OpenScope shield = openIn(this.parent, this.scopes, ScopeOptions.none().shield());
		OpenScope inside = openIn(shield, this.scopes, ScopeOptions.none());

		inside.cancel();

		assertThat(node(shield).links().rarities().quiet).isNull();
		assertThat(shield.isCancelled()).isFalse();
	}

}
