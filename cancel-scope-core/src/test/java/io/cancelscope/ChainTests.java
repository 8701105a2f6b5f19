package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The list whose elements are its nodes.
 */
class ChainTests {

	private final List<Element> taken = new ArrayList<>();

	private final Element a = new Element();

	private final Element b = new Element();

	private final Element c = new Element();

	private @Nullable Element first;

	@BeforeEach
	void chainThree() {
		this.first = Chain.addLast(null, this.a);
		this.first = Chain.addLast(this.first, this.b);
		this.first = Chain.addLast(this.first, this.c);
	}

	private List<Element> drain(int most) {
		this.taken.clear();
		this.first = Chain.drain(this.first, most, this.taken::add);
		return List.copyOf(this.taken);
	}

	@Test
	void elementsComeOutInTheOrderInWhichTheyCame() {
		assertThat(drain(9)).containsExactly(this.a, this.b, this.c);

		assertThat(this.first).isNull();
	}

	@Test
	void noMoreComeOutThanAreAskedFor() {
		assertThat(drain(2)).containsExactly(this.a, this.b);

		assertThat(this.first).isSameAs(this.c);
		assertThat(drain(1)).containsExactly(this.c);
		assertThat(drain(1)).isEmpty();
	}

	@Test
	void firstLeaves() {
		this.first = Chain.remove(this.first, this.a);

		assertThat(drain(9)).containsExactly(this.b, this.c);
	}

	@Test
	void middleLeaves() {
		this.first = Chain.remove(this.first, this.b);

		assertThat(drain(9)).containsExactly(this.a, this.c);
	}

	@Test
	void lastLeavesAndTheNextOneComesBehindTheOthers() {
		this.first = Chain.remove(this.first, this.c);
		Element next = new Element();
		this.first = Chain.addLast(this.first, next);

		assertThat(drain(9)).containsExactly(this.a, this.b, next);
	}

	@Test
	void onlyOneLeavesNone() {
		Element only = new Element();
		Element chain = Chain.addLast(null, only);

		assertThat(Chain.remove(chain, only)).isNull();
	}

	@Test
	void elementIsListedFromComingToLeaving() {
		assertThat(this.b.isListed()).isTrue();

		this.first = Chain.remove(this.first, this.b);

		assertThat(this.b.isListed()).isFalse();
		assertThat(this.b.before).isNull();
		assertThat(new Element().isListed()).isFalse();
	}

	@Test
	void elementGoesIntoAnotherChainWhileItIsTaken() {
		List<Element> moved = new ArrayList<>();
		Element[] other = new Element[1];

		this.first = Chain.drain(this.first, 9, (one) -> other[0] = Chain.addLast(other[0], one));
		Chain.drain(other[0], 9, moved::add);

		assertThat(this.first).isNull();
		assertThat(moved).containsExactly(this.a, this.b, this.c);
	}

	private static final class Element extends Link {

	}

}
