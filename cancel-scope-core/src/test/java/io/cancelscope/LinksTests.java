package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.linksOf;
import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What hangs below a scope: what comes in, until when, and what is left.
 */
@ExtendWith(ThreadStaysClean.class)
class LinksTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());

	private final Links links = linksOf(this.parent);

	private Callback callback() {
		return new Callback(this.links.node, (reason) -> {
		});
	}

	private OpenScope childThatWaits() {
		OpenScope child = openIn(this.parent, this.scopes, ScopeOptions.none());
		child.onCancel((reason) -> {
		});
		return child;
	}

	@Test
	void whatWaitsComesIn() {
		Callback callback = callback();

		assertThat(this.links.add(callback)).isTrue();

		assertThat(callback.isListed()).isTrue();
		assertThat(this.links.hasSomethingToWake()).isTrue();
	}

	@Test
	void nothingComesIntoACancelledScope() {
		Callback late = callback();
		this.parent.cancel();

		assertThat(this.links.add(late)).isFalse();

		assertThat(late.isListed()).isFalse();
		assertThat(this.links.hasSomethingToWake()).isFalse();
	}

	@Test
	void nothingComesIntoAClosedScope() {
		Callback late = callback();
		this.parent.close();

		assertThat(this.links.add(late)).isFalse();

		assertThat(late.isListed()).isFalse();
	}

	@Test
	void scopeThatClosedBeforeItHadLinksTakesNothingEither() {
		OpenScope closed = openIn(this.parent, this.scopes, ScopeOptions.none());
		OpenScope below = openIn(closed, this.scopes, ScopeOptions.none());
		closed.close();
		Links late = linksOf(closed);

		assertThat(late.add(callback())).isFalse();
		assertThat(late.adopt(linksOf(below))).isFalse();

		assertThat(late.hasSomethingToWake()).isFalse();
		assertThat(linksOf(below).isHeld()).isFalse();
	}

	@Test
	void cancelledScopeAdoptsNobody() {
		OpenScope child = openIn(this.parent, this.scopes, ScopeOptions.none());
		this.parent.cancel();

		assertThat(this.links.adopt(linksOf(child))).as("it still belongs here").isTrue();

		assertThat(linksOf(child).isHeld()).isFalse();
		assertThat(this.links.hasChildren()).isFalse();
	}

	@Test
	void childIsInOneListAtATime() {
		OpenScope child = childThatWaits();

		assertThat(this.links.adopt(linksOf(child))).isTrue();

		assertThat(this.links.children()).containsExactly(linksOf(child));
	}

	@Test
	void childrenAreListedInTheOrderInWhichTheyCame() {
		List<Links> children = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			children.add(linksOf(childThatWaits()));
		}

		assertThat(this.links.hasChildren()).isTrue();
		assertThat(this.links.children()).isEqualTo(children);
	}

	@Test
	void scopeWithoutChildrenHasNone() {
		assertThat(this.links.hasChildren()).isFalse();
		assertThat(this.links.children()).isEmpty();
	}

	@Test
	void cancelledScopeLetsAllItsChildrenGo() {
		List<Links> children = new ArrayList<>();
		for (int i = 0; i < 600; i++) {
			children.add(linksOf(childThatWaits()));
		}
		assertThat(children).allMatch(Links::isHeld);

		this.parent.cancel();

		assertThat(children).noneMatch(Links::isHeld).noneMatch(Links::hasSomethingToWake);
		assertThat(this.links.children()).isEmpty();
	}

	@Test
	void callbackOfTheOpenerIsOutOfItsListOnceTheScopeHasClosed() {
		Callback callback = (Callback) this.parent.onCancel((reason) -> {
		});

		this.parent.close();

		assertThat(callback.isListed()).isFalse();
		assertThat(this.links.hasSomethingToWake()).isFalse();
	}

	@Test
	void rareThingsAreMadeWhenTheyAreAskedForAndOnce() {
		assertThat(this.links.raritiesIfAny()).isNull();

		Rarities rarities = this.links.rarities();

		assertThat(this.links.rarities()).isSameAs(rarities);
		assertThat(this.links.raritiesIfAny()).isSameAs(rarities);
	}

}
