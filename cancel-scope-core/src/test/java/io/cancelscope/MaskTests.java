package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * R22 where the scope that shuts a region out ends in an unusual way: the interrupt which
 * was held back is there again all the same, and is taken back when the region ends.
 */
@Timeout(30)
class MaskTests {

	private static final ScopeOptions SHIELD = ScopeOptions.named("shield").shield();

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private OpenScope outer;

	@BeforeEach
	void openTheScopeAround() {
		this.outer = this.scopes.openUnbound(ScopeOptions.named("outer"));
	}

	private static boolean flag() {
		return Thread.currentThread().isInterrupted();
	}

	/** Runs code inside a region of the outer scope, and looks at the flag afterwards. */
	private <T> T inRegion(Callable<T> work) throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> this.outer.interruptibly((scope) -> work.call()));
			T value = outcome.value();
			assertThat(outcome.flag()).as("the flag after the region").isFalse();
			return value;
		}
	}

	private void cancelFromElsewhere() {
		elsewhere(() -> this.outer.cancel("stop"));
	}

	/** Runs code on another thread, and waits for it also with the flag set. */
	private static void elsewhere(Runnable work) {
		CountDownLatch over = new CountDownLatch(1);
		new Thread(() -> {
			work.run();
			over.countDown();
		}).start();
		while (over.getCount() > 0) {
			Thread.onSpinWait();
		}
	}

	@Test
	void scopeThatFailsToOpenShutsNothingOut() throws Exception {
		ScopeOptions wrong = SHIELD.withDeadline(Deadline.after(Scopes.SECOND, new ManualTime()));

		boolean interrupted = inRegion(() -> {
			assertThatIllegalArgumentException().isThrownBy(() -> this.scopes.open(wrong));
			cancelFromElsewhere();
			return flag();
		});

		assertThat(interrupted).isTrue();
	}

	@Test
	void shieldClosedOnAnotherThreadIsGoneWhenTheStackHeals() throws Exception {
		String flags = inRegion(() -> {
			OpenScope shield = this.scopes.open(SHIELD);
			elsewhere(() -> {
				shield.close();
				this.outer.cancel("stop");
			});
			boolean before = flag();
			String current = CancelScope.current().name();
			return before + " " + current + " " + flag();
		});

		assertThat(flags).isEqualTo("false root true");
	}

	@Test
	void shieldClosedBeforeAScopeInsideItIsGoneToo() throws Exception {
		String flags = inRegion(() -> {
			OpenScope shield = this.scopes.open(SHIELD);
			this.scopes.open(ScopeOptions.named("forgotten"));
			cancelFromElsewhere();
			boolean before = flag();
			assertThatIllegalStateException().isThrownBy(shield::close).withMessageContaining("'forgotten'");
			return before + " " + flag();
		});

		assertThat(flags).isEqualTo("false true");
	}

	@Test
	void shieldForgottenInsideAScopeIsGoneWithIt() throws Exception {
		String flags = inRegion(() -> {
			OpenScope plain = this.scopes.open(ScopeOptions.named("plain"));
			this.scopes.open(SHIELD);
			cancelFromElsewhere();
			boolean before = flag();
			assertThatIllegalStateException().isThrownBy(plain::close)
				.withMessageContaining("Closed scope 'plain' while 'shield', opened after it on this thread, was");
			return before + " " + flag();
		});

		assertThat(flags).isEqualTo("false true");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 5 })
	void shieldsInsideShieldsHoldItBackUntilTheLastHasGone(int depth) throws Exception {
		String flags = inRegion(() -> {
			StringBuilder seen = new StringBuilder();
			OpenScope[] shields = new OpenScope[depth];
			for (int i = 0; i < depth; i++) {
				shields[i] = this.scopes.open(SHIELD);
			}
			cancelFromElsewhere();
			for (int i = depth - 1; i >= 0; i--) {
				seen.append(flag() ? "set " : "clear ");
				shields[i].close();
			}
			return seen.append(flag() ? "set" : "clear").toString();
		});

		assertThat(flags).isEqualTo("clear ".repeat(depth) + "set");
	}

	@Test
	void detachedScopeShutsOutLikeAShield() throws Exception {
		String flags = inRegion(() -> {
			OpenScope detached = this.scopes.open(ScopeOptions.none().detached());
			cancelFromElsewhere();
			boolean before = flag();
			detached.close();
			return before + " " + flag();
		});

		assertThat(flags).isEqualTo("false true");
	}

	@Test
	void childShutsNothingOut() throws Exception {
		boolean interrupted = inRegion(() -> {
			try (OpenScope child = this.scopes.open(ScopeOptions.named("child"))) {
				cancelFromElsewhere();
				assertThat(child.name()).isEqualTo("child");
				return flag();
			}
		});

		assertThat(interrupted).isTrue();
	}

	@Test
	void attachedScopeThatSeesTheRegionsShutsNothingOut() throws Exception {
		OpenScope child = Scopes.openIn(this.outer, this.scopes, ScopeOptions.named("child"));

		String flags = inRegion(() -> {
			CancelScope.Registration attached = child.attach();
			cancelFromElsewhere();
			boolean before = flag();
			attached.close();
			return before + " " + flag();
		});

		assertThat(flags).isEqualTo("true true");
	}

	@Test
	void foreignInterruptStaysWhereOneOfOursIsHeldBack() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch interrupted = new CountDownLatch(1);
			var outcome = other.start(() -> this.outer.interruptibly((scope) -> {
				try (OpenScope shield = this.scopes.open(SHIELD)) {
					other.arrive();
					while (interrupted.getCount() > 0) {
						Thread.onSpinWait();
					}
					return shield.name() + " " + flag();
				}
			}));

			other.awaitArrival();
			other.thread().interrupt();
			this.outer.cancel("stop");
			interrupted.countDown();

			assertThat(outcome.value()).isEqualTo("shield true");
			assertThat(outcome.flag()).isTrue();
		}
	}

	/** How work behind a shield can be interrupted in the name of the shield itself. */
	enum OwnInterrupt {

		OF_THE_SHIELD {
			@Override
			void block(CancelScopes scopes, CountDownLatch inside) throws InterruptedException {
				scopes.run(SHIELD.interrupt().withTimeout(Duration.ofMillis(50)), (shield) -> blockFor(inside));
			}
		},

		OF_A_REGION_INSIDE {
			@Override
			void block(CancelScopes scopes, CountDownLatch inside) throws InterruptedException {
				scopes.run(SHIELD.withTimeout(Duration.ofMillis(50)),
						(shield) -> shield.interruptibly((scope) -> blockFor(inside)));
			}
		},

		OF_AN_ATTACHMENT {
			@Override
			void block(CancelScopes scopes, CountDownLatch inside) throws InterruptedException {
				CancelScope carried = scopes
					.openUnbound(SHIELD.interrupt().detached().withTimeout(Duration.ofMillis(50)));
				try {
					carried.wrap(() -> {
						blockFor(inside);
						return null;
					}).call();
				}
				catch (InterruptedException | RuntimeException ex) {
					throw ex;
				}
				catch (Exception ex) {
					throw new AssertionError(ex);
				}
			}
		};

		abstract void block(CancelScopes scopes, CountDownLatch inside) throws InterruptedException;

		private static boolean blockFor(CountDownLatch inside) throws InterruptedException {
			inside.countDown();
			return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
		}

	}

	@ParameterizedTest
	@EnumSource
	void interruptOfTheShieldItselfIsNobodyElses(OwnInterrupt own) throws Exception {
		CancelScopes scopes = CancelScopes.create();
		AtomicReference<CancelScope> around = new AtomicReference<>();
		CountDownLatch inside = new CountDownLatch(1);
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> scopes.callOrElse(ScopeOptions.named("around").interrupt(), (scope) -> {
				around.set(scope);
				try {
					own.block(scopes, inside);
				}
				catch (ScopeCancelledException ex) {
					// Ignored: the shield's budget is used up, and the work goes on.
				}
				return String.valueOf(new CountDownLatch(1).await(20, TimeUnit.SECONDS));
			}, (reason) -> "fallback"));

			assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
			around.get().cancel("stop");

			assertThat(outcome.value()).isEqualTo("fallback");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void causeOfTheCancellationStaysTheCauseAndTheInterruptionIsSuppressed() throws Exception {
		Exception cause = new Exception("disk full");
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> this.outer.interruptibly((scope) -> {
				other.arrive();
				new CountDownLatch(1).await();
				return null;
			}));

			other.awaitArrival();
			this.outer.cancel("stop", cause);

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class).hasCause(cause);
			assertThat(outcome.failure().getSuppressed()).singleElement().isInstanceOf(InterruptedException.class);
		}
	}

}
