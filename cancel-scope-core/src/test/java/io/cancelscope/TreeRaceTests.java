package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.Races.Run;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races between scopes of one tree. One test per race, drawn first: what stands on either
 * side of {@code |} happens at the same time on two threads, and luck decides the order.
 */
@ExtendWith(ThreadStaysClean.class)
class TreeRaceTests {

	private final Races races = new Races();

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final ExecutorService pool = Executors.newFixedThreadPool(2);

	@AfterEach
	void endRaces() {
		this.races.close();
		this.pool.shutdownNow();
	}

	@Test
	void cancelOfTheParentMeetsCloseOfTheChild() throws Exception {
		// parent.cancel | child.close
		this.races.race(() -> {
			OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			child.onCancel((reason) -> calls.incrementAndGet());
			return new Run(parent::cancel, () -> {
				child.close();
				return true;
			}, (cancelled, closed) -> {
				assertThat(cancelled).isTrue();
				assertThat(calls.get()).isLessThanOrEqualTo(1);
				assertThat(child.isCancelled()).isTrue(); // itself, or because it belongs
															// to the parent
			});
		});
	}

	@Test
	void cancelOfTheGrandparentMeetsOnCancel() throws Exception {
		// grandparent.cancel | grandchild.onCancel -> isCancelled
		this.races.race(() -> {
			OpenScope grandparent = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope parent = openIn(grandparent, this.scopes, ScopeOptions.none());
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			return new Run(grandparent::cancel, () -> {
				child.onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (cancelled, registered) -> {
				assertThat(calls).hasValue(1);
				assertThat(child.isCancelled()).isTrue();
			});
		});
	}

	@Test
	void childOpensWhileItsParentIsCancelled() throws Exception {
		// parent.cancel | open -> onCancel
		this.races.race(() -> {
			OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			OpenScope[] child = new OpenScope[1];
			return new Run(parent::cancel, () -> {
				child[0] = openIn(parent, this.scopes, ScopeOptions.none());
				child[0].onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (cancelled, opened) -> {
				assertThat(child[0].reason()).isEqualTo(parent.reason()).isPresent();
				assertThat(calls).hasValue(1);
			});
		});
	}

	@Test
	void cancelledParentIsNeverSeenWithAChildThatIsNot() throws Exception {
		// grandparent.cancel | parent.isCancelled -> child.isCancelled
		this.races.race(() -> {
			OpenScope grandparent = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope parent = openIn(grandparent, this.scopes, ScopeOptions.none());
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			return new Run(grandparent::cancel, () -> !parent.isCancelled() || child.isCancelled(),
					(cancelled, consistent) -> assertThat(consistent).isTrue());
		});
	}

	@Test
	void parentClosesWhileAGrandchildRegisters() throws Exception {
		// parent.close | grandchild.onCancel, then grandparent.cancel
		this.races.race(() -> {
			OpenScope grandparent = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope parent = openIn(grandparent, this.scopes, ScopeOptions.none());
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			return new Run(() -> {
				parent.close();
				return true;
			}, () -> {
				child.onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (closed, registered) -> {
				grandparent.cancel();
				assertThat(calls).hasValue(1);
			});
		});
	}

	@Test
	void parentClosesWhileTheGrandparentIsCancelled() throws Exception {
		// parent.close | grandparent.cancel
		this.races.race(() -> {
			OpenScope grandparent = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope parent = openIn(grandparent, this.scopes, ScopeOptions.none());
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			child.onCancel((reason) -> calls.incrementAndGet());
			return new Run(() -> {
				parent.close();
				return true;
			}, grandparent::cancel, (closed, cancelled) -> {
				assertThat(calls).hasValue(1);
				assertThat(child.reason()).isEqualTo(grandparent.reason()).isPresent();
			});
		});
	}

	@Test
	void twoSiblingsBubbleAtOnce() throws Exception {
		// a.cancel | b.cancel
		this.races.race(() -> {
			OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
			OpenScope a = openIn(root, this.scopes, ScopeOptions.named("a"));
			OpenScope b = openIn(root, this.scopes, ScopeOptions.named("b"));
			AtomicInteger calls = new AtomicInteger();
			List.of(root, a, b).forEach((scope) -> scope.onCancel((reason) -> calls.incrementAndGet()));
			return new Run(a::cancel, b::cancel, (aCancelled, bCancelled) -> {
				assertThat(aCancelled || bCancelled).isTrue();
				assertThat(calls).hasValue(3);
				assertThat(List.of(a.reason(), b.reason())).contains(root.reason());
				assertThat(root.isCancelled()).isTrue();
			});
		});
	}

	@Test
	void cancelFromBelowMeetsCancelFromAbove() throws Exception {
		// root.cancel | leaf.cancel
		this.races.race(() -> {
			OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
			OpenScope middle = openIn(root, this.scopes, ScopeOptions.none());
			OpenScope leaf = openIn(middle, this.scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			List.of(root, middle, leaf).forEach((scope) -> scope.onCancel((reason) -> calls.incrementAndGet()));
			return new Run(root::cancel, leaf::cancel, (above, below) -> {
				assertThat(above || below).isTrue();
				assertThat(calls).hasValue(3);
				assertThat(List.of(root, middle, leaf)).allMatch(CancelScope::isCancelled);
			});
		});
	}

	@Test
	void everyNodeOfATreeIsCancelledByHundreds() throws Exception {
		// many threads | each cancels another node of one bubbling tree
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		List<OpenScope> tree = new ArrayList<>(List.of(root));
		AtomicInteger calls = new AtomicInteger();
		for (int i = 0; tree.size() < 1000; i++) {
			for (int child = 0; child < 4; child++) {
				tree.add(openIn(tree.get(i), this.scopes, ScopeOptions.none()));
			}
		}
		tree.forEach((scope) -> scope.onCancel((reason) -> calls.incrementAndGet()));

		List<Callable<Boolean>> cancels = tree.stream().<Callable<Boolean>>map((scope) -> scope::cancel).toList();
		for (Future<Boolean> cancel : this.pool.invokeAll(cancels, 30, TimeUnit.SECONDS)) {
			assertThat(cancel.get()).isNotNull();
		}

		assertThat(tree).allMatch(CancelScope::isCancelled);
		assertThat(calls).hasValue(tree.size());
	}

}
