package io.cancelscope;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ConcurrentMap;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The slot of a thread that has no scope open is replaced now and then, so that it does
 * not grow old.
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

}
