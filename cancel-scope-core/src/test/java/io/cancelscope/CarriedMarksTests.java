package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a scope takes over from those around it, and what it passes on to them: that work
 * may outlive it concerns all that it sees.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class CarriedMarksTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	/** How work comes to be in a scope elsewhere. */
	enum Way {

		RUNNABLE((scope) -> scope.wrap((Runnable) () -> {
		})),

		CALLABLE((scope) -> scope.wrap((Callable<String>) () -> "value")),

		SUPPLIER((scope) -> scope.wrapSupplier((Supplier<String>) () -> "value")),

		EXECUTOR((scope) -> scope.wrap((Executor) Runnable::run)),

		ATTACHMENT((scope) -> scope.attach().close());

		private final Consumer<CancelScope> carry;

		Way(Consumer<CancelScope> carry) {
			this.carry = carry;
		}

	}

	private static boolean isCarried(CancelScope scope) {
		return node(scope).hasFlag(Ancestry.CARRIED);
	}

	@ParameterizedTest
	@EnumSource
	void carryingAScopeCarriesThoseAround(Way way) {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none());
				OpenScope middle = this.scopes.open(ScopeOptions.none());
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			way.carry.accept(inner);

			assertThat(isCarried(inner) && isCarried(middle) && isCarried(outer)).isTrue();
		}
	}

	@Test
	void openingAnUnboundScopeCarriesTheCurrentOne() {
		try (OpenScope current = this.scopes.open(ScopeOptions.none());
				OpenScope unbound = this.scopes.openUnbound(ScopeOptions.none())) {
			assertThat(isCarried(current)).isTrue();
			assertThat(isCarried(unbound)).isFalse();
		}
	}

	@Test
	void carryingAScopeInsideACarriedOneCarriesAllBetween() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			outer.attach().close();
			try (OpenScope middle = this.scopes.open(ScopeOptions.none());
					OpenScope inner = this.scopes.open(ScopeOptions.none())) {
				assertThat(isCarried(middle)).isFalse();

				inner.attach().close();

				assertThat(isCarried(middle) && isCarried(inner)).isTrue();
			}
		}
	}

	@Test
	void carryingAScopeInsideAShieldDoesNotConcernThoseOutside() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none());
				OpenScope shield = this.scopes.open(ScopeOptions.none().shield());
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			inner.attach().close();

			assertThat(isCarried(shield)).isTrue();
			assertThat(isCarried(outer)).isFalse();
		}
	}

	@Test
	void interruptingPassesToThoseInsideThatSeeIt() {
		try (OpenScope plain = this.scopes.open(ScopeOptions.none());
				OpenScope interrupting = this.scopes.open(ScopeOptions.none().interrupt());
				OpenScope inner = this.scopes.open(ScopeOptions.none());
				OpenScope shield = this.scopes.open(ScopeOptions.none().shield());
				OpenScope inShield = this.scopes.open(ScopeOptions.none())) {
			assertThat(node(plain).hasFlag(Ancestry.INTERRUPTS)).isFalse();
			assertThat(node(interrupting).hasFlag(Ancestry.INTERRUPTS)).isTrue();
			assertThat(node(inner).hasFlag(Ancestry.INTERRUPTS)).isTrue();
			assertThat(node(shield).hasFlag(Ancestry.INTERRUPTS)).isFalse();
			assertThat(node(inShield).hasFlag(Ancestry.INTERRUPTS)).isFalse();
		}
	}

	@Test
	void depthCountsPlainScopesAndOthersAlike() {
		try (OpenScope zero = this.scopes.open(ScopeOptions.none());
				OpenScope one = this.scopes.open(ScopeOptions.none());
				OpenScope two = this.scopes.open(ScopeOptions.none().shield().bubble());
				OpenScope three = this.scopes.open(ScopeOptions.none());
				OpenScope detached = this.scopes.open(ScopeOptions.none().detached())) {
			assertThat(node(zero).depth()).isZero();
			assertThat(node(one).depth()).isOne();
			assertThat(node(two).depth()).isEqualTo(2);
			assertThat(node(three).depth()).isEqualTo(3);
			assertThat(node(detached).depth()).isZero();
		}
	}

	/** A cell grows old with its thread, and an old one is expensive to write to. */
	@Test
	void cellOfAThreadIsRenewedNowAndThen() {
		Object[] first = ScopeStack.cell();

		boolean renewed = false;
		for (int i = 0; i < 1_000_000 && !renewed; i++) {
			this.scopes.open(ScopeOptions.none()).close();
			renewed = ScopeStack.cell() != first;
		}

		assertThat(renewed).isTrue();
	}

}
