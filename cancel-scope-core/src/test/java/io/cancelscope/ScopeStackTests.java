package io.cancelscope;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The calling thread's stack: its slot is replaced now and then, so that it does not grow
 * old, and what lies on it is gone when it is over.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ScopeStackTests {

	private static final int OPENS = 1 << 16;

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private void openAndClose() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void slotIsReplacedNowAndThen() {
		int replaced = 0;
		Object[] slot = ScopeStack.cell();

		for (int i = 0; i < OPENS; i++) {
			this.scopes.open(ScopeOptions.none()).close();
			Object[] now = ScopeStack.cell();
			replaced += (now != slot) ? 1 : 0;
			slot = now;
		}

		assertThat(replaced).as("of " + OPENS + " times").isBetween(1, 64);
	}

	@Test
	void slotOfOpenScopesIsKept() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			Object[] slot = ScopeStack.cell();

			for (int i = 0; i < OPENS; i++) {
				this.scopes.open(ScopeOptions.none()).close();
			}

			assertThat(ScopeStack.cell()).isSameAs(slot);
			assertThat(CancelScope.current()).isSameAs(outer);
		}
	}

	/** Whatever number the JVM gives a thread. */
	@Test
	void everyThreadMayOpenScopes() throws Exception {
		int all = 64;
		ConcurrentMap<Long, Boolean> opened = new ConcurrentHashMap<>();
		CountDownLatch over = new CountDownLatch(all);

		for (int i = 0; i < all; i++) {
			Patience.start(() -> {
				try {
					openAndClose();
					opened.put(Thread.currentThread().getId(), true);
				}
				finally {
					over.countDown();
				}
			});
		}

		assertThat(Patience.await(over)).isTrue();
		assertThat(opened).hasSize(all);
	}

	/** The mask of a shield lies below it, and goes with it. */
	@Test
	void nothingOfAShieldStaysOnTheStackOfARegion() {
		OpenScope around = this.scopes.openUnbound(ScopeOptions.none());

		around.interruptibly((scope) -> {
			Object before = ScopeStack.cell()[0];
			this.scopes.run(ScopeOptions.none().shield(), (shield) -> shield.check());

			assertThat(before).isInstanceOf(Region.class);
			assertThat(ScopeStack.cell()[0]).isSameAs(before);
			return true;
		});

		assertThat(ScopeStack.cell()[0]).isNull();
	}

	@Test
	void checkAsksTheScopeThatIsAttached() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("attached"));

		scope.wrap(() -> {
			assertThatCode(this.scopes::check).doesNotThrowAnyException();
			scope.cancel();
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.scopes::check);
		}).run();

		assertThatCode(this.scopes::check).doesNotThrowAnyException();
	}

	@Test
	void checkAsksTheScopeThatIsOpen() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("open"))) {
			assertThatCode(this.scopes::check).doesNotThrowAnyException();
			scope.cancel();
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.scopes::check);
		}
	}

}
