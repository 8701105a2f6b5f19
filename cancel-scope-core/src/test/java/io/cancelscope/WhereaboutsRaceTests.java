package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An exception is made while its scope closes: it belongs to the scope around all the
 * same, and keeps the closed one not.
 */
@Timeout(120)
@ExtendWith(ThreadStaysClean.class)
class WhereaboutsRaceTests {

	private static final int ONE_IN = 100;

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final List<Throwable> kept = new CopyOnWriteArrayList<>();

	private final List<WeakReference<CancelScope>> closed = new CopyOnWriteArrayList<>();

	private final AtomicInteger number = new AtomicInteger();

	@Test
	void exceptionMadeWhileItsScopeCloses() throws Exception {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around")); Races races = new Races()) {
			races.race(() -> raceIn(around));

			awaitCollected();
			around.cancel();
			assertThat(this.kept).isNotEmpty().allMatch(around::isCauseOf);
		}
	}

	@Test
	void exceptionMadeWhileTheScopeAroundClosesToo() throws Exception {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around")); Races races = new Races()) {
			races.race(() -> {
				OpenScope middle = Scopes.openIn(around, this.scopes, ScopeOptions.none());
				OpenScope inner = cancelledIn(middle);
				return new Races.Run(() -> keep(inner), () -> {
					inner.close();
					middle.close();
					return true;
				}, (first, second) -> watch(middle, inner));
			});

			awaitCollected();
			around.cancel();
			assertThat(this.kept).isNotEmpty().allMatch(around::isCauseOf);
		}
	}

	private Races.Run raceIn(CancelScope around) {
		OpenScope inner = cancelledIn(around);
		return new Races.Run(() -> keep(inner), () -> {
			inner.close();
			return true;
		}, (first, second) -> watch(inner));
	}

	private OpenScope cancelledIn(CancelScope around) {
		OpenScope inner = Scopes.openIn(around, this.scopes, ScopeOptions.none());
		inner.cancel();
		return inner;
	}

	private boolean keep(CancelScope scope) {
		RuntimeException exception = scope.exception();
		if (this.number.incrementAndGet() % ONE_IN == 0) {
			this.kept.add(exception);
		}
		return true;
	}

	private void watch(CancelScope... scopes) {
		if (this.number.get() % ONE_IN == 0) {
			for (CancelScope scope : scopes) {
				this.closed.add(new WeakReference<>(scope));
			}
		}
	}

	private void awaitCollected() {
		await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			System.gc();
			// The last run is held by the race itself.
			long left = this.closed.stream().filter((reference) -> !reference.refersTo(null)).count();
			assertThat(left).isLessThanOrEqualTo(2);
		});
		assertThat(this.closed).hasSizeGreaterThan(100);
	}

}
