package io.cancelscope;

import java.util.List;
import java.util.function.Consumer;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.chain;
import static io.cancelscope.Nodes.node;
import static io.cancelscope.Nodes.parent;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R18: work that goes on in scopes which have closed does not keep a chain of them behind
 * it. A closed scope is passed by as soon as something is done below it, unless it still
 * makes a difference there.
 */
@ExtendWith(ThreadStaysClean.class)
class ClosedParentsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final List<OpenScope> chain = chain(this.scopes, 5);

	private final OpenScope last = this.chain.get(5);

	private void closeThree() {
		this.chain.subList(2, 5).forEach(OpenScope::close);
		assertThat(parent(this.last)).isSameAs(this.chain.get(4));
	}

	private void inTheLast(Runnable work) {
		this.last.wrap(work).run();
	}

	@Test
	void askingPassesThemBy() {
		closeThree();
		openIn(this.chain.get(0), this.scopes, ScopeOptions.none()).cancel();

		this.last.check();

		assertThat(parent(this.last)).isSameAs(this.chain.get(1));
	}

	@Test
	void openingAPlainScopePassesThemBy() {
		closeThree();

		inTheLast(() -> this.scopes.open(ScopeOptions.timeout(seconds(1))).close());

		assertThat(parent(this.last)).isSameAs(this.chain.get(1));
	}

	@Test
	void openingAnyOtherScopePassesThemBy() {
		closeThree();

		inTheLast(() -> this.scopes.openUnbound(ScopeOptions.none().bubble()).close());

		assertThat(parent(this.last)).isSameAs(this.chain.get(1));
	}

	@Test
	void closingTheLastThatIsOpenAbovePassesItBy() {
		this.last.onCancel((reason) -> {
		});
		this.chain.subList(2, 4).forEach(OpenScope::close);

		this.chain.get(4).close();

		assertThat(parent(this.last)).isSameAs(this.chain.get(1));
	}

	@Test
	void closedTopStays() {
		this.chain.subList(0, 5).forEach(OpenScope::close);

		node(this.last).forgetReleasedParents();

		assertThat(parent(this.last)).isSameAs(this.chain.get(0));
	}

	@Test
	void closedShieldStays() {
		OpenScope shield = openIn(this.last, this.scopes, ScopeOptions.none().shield());
		OpenScope middle = openIn(shield, this.scopes, ScopeOptions.none());
		OpenScope inside = openIn(middle, this.scopes, ScopeOptions.none());
		middle.close();
		shield.close();

		node(inside).forgetReleasedParents();

		assertThat(parent(inside)).isSameAs(shield);
	}

	@Test
	void closedScopeThatSaysWhatIsThrownStays() {
		OpenScope factory = openIn(this.last, this.scopes,
				ScopeOptions.none().exception((reason) -> new IllegalStateException("ours")));
		OpenScope middle = openIn(factory, this.scopes, ScopeOptions.none());
		OpenScope inside = openIn(middle, this.scopes, ScopeOptions.none());
		middle.close();
		factory.close();

		node(inside).forgetReleasedParents();

		assertThat(parent(inside)).isSameAs(factory);
	}

	@Test
	void cancelledScopesThatClosedArePassedByAsFarAsTheyAreEqual() {
		this.chain.get(1).cancel();
		assertThat(this.last.isCancelled()).isTrue();
		this.chain.subList(2, 6).forEach((one) -> {
			assertThat(one.isCancelled()).isTrue();
			one.close();
		});

		assertThat(parent(openIn(this.last, this.scopes, ScopeOptions.none()))).isSameAs(this.chain.get(1));
	}

	private void assertStays(OpenScope one, Consumer<OpenScope> end) {
		end.accept(one);

		assertThat(parent(openIn(one, this.scopes, ScopeOptions.none()))).isSameAs(one);
	}

	private static void noticeAndClose(OpenScope one) {
		assertThat(one.isCancelled()).isTrue();
		one.close();
	}

	@Test
	void cancelledScopeThatIsOpenIsNotPassedBy() {
		this.last.cancel();

		assertStays(openIn(this.last, this.scopes, ScopeOptions.none()), CancelScope::isCancelled);
	}

	@Test
	void cancelledScopeThatSaysWhatIsThrownIsNotPassedBy() {
		this.last.cancel();

		assertStays(
				openIn(this.last, this.scopes,
						ScopeOptions.none().exception((reason) -> new IllegalStateException("ours"))),
				ClosedParentsTests::noticeAndClose);
	}

	@Test
	void cancelledScopeThatBubblesIsNotPassedBy() {
		this.last.cancel();

		assertStays(openIn(this.last, this.scopes, ScopeOptions.none().bubble()), ClosedParentsTests::noticeAndClose);
	}

	@Test
	void scopeCancelledByItselfIsNotPassedBy() {
		OpenScope inner = openIn(this.last, this.scopes, ScopeOptions.none());
		inner.cancel("first");
		this.last.cancel("second");

		assertStays(inner, ClosedParentsTests::noticeAndClose);
	}

	@Test
	void scopeCancelledByItselfBelowAnOpenOneIsNotPassedBy() {
		OpenScope inner = openIn(this.last, this.scopes, ScopeOptions.none());
		inner.cancel();

		assertStays(inner, ClosedParentsTests::noticeAndClose);
	}

	@Test
	void closedTopThatWasCancelledIsNotPassedBy() {
		OpenScope around = openIn(this.last, this.scopes, ScopeOptions.none().bubble());
		OpenScope shield = openIn(around, this.scopes, ScopeOptions.none().shield());
		shield.cancel();
		assertThat(around.reason()).isEqualTo(shield.reason());

		assertStays(shield, ClosedParentsTests::noticeAndClose);
	}

	@Test
	void scopeOnTopOfAThreadIsWhatIsLeftWhenTheOneInsideIsClosedElsewhere() throws Exception {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));

		inner.interruptibly((scope) -> {
			closeElsewhere(inner);
			assertThat(CancelScope.current()).isSameAs(outer);
			closeElsewhere(outer);
			assertThat(CancelScope.current().name()).isEqualTo("root");
			return null;
		});
	}

	/** On its own thread work may still be inside. */
	@Test
	void scopeClosedElsewhereNoLongerBoundsWhatIsInside() throws Exception {
		OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		OpenScope inner = this.scopes.open(ScopeOptions.timeout(seconds(9)));
		assertThat(inner.remaining()).contains(seconds(1));

		closeElsewhere(outer);

		assertThat(inner.remaining()).contains(seconds(9));
		inner.close();
	}

	/** What the thread would otherwise hold until it asks for the next time. */
	@Test
	void threadHoldsNothingThatWasClosedElsewhereOnceTheLastScopeCloses() throws Exception {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		closeElsewhere(outer);

		inner.close();

		assertThat(ScopeStack.cell()[0]).isNull();
	}

	@Test
	void threadHoldsNoAttachmentThatEndedElsewhereOnceTheLastScopeCloses() throws Exception {
		Registration attached = this.last.attach();
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));
		closeElsewhere(attached);

		inner.close();

		assertThat(ScopeStack.cell()[0]).isNull();
	}

	private static void closeElsewhere(AutoCloseable one) throws Exception {
		try (OtherThread other = new OtherThread()) {
			other.start(() -> {
				one.close();
				return null;
			}).value();
		}
	}

}
