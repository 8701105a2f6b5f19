package io.cancelscope.demo.chain;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the parent keeps of the reports.
 */
@Timeout(60)
class LedgerTests {

	private final Ledger ledger = new Ledger();

	@Test
	void placeIsAtWorkUntilTheLastEnds() throws InterruptedException {
		this.ledger.began(Place.FARES);
		this.ledger.began(Place.FARES);
		this.ledger.ended(Place.FARES);

		assertThat(this.ledger.awaitIdle(System.nanoTime())).isFalse();
		assertThat(this.ledger.atWork()).isEqualTo("3  gRPC  Fares.Find");

		this.ledger.ended(Place.FARES);

		assertThat(this.ledger.awaitIdle(System.nanoTime())).isTrue();
		assertThat(this.ledger.stays()).containsOnlyKeys(Place.FARES);
		assertThat(this.ledger.stays().get(Place.FARES).ended())
			.isGreaterThanOrEqualTo(this.ledger.stays().get(Place.FARES).began());
	}

	@Test
	void allAreAtWorkWhenEachIs() throws InterruptedException {
		for (Place place : Place.values()) {
			assertThat(this.ledger.awaitAtWork(System.nanoTime())).isFalse();
			this.ledger.began(place);
		}

		assertThat(this.ledger.awaitAtWork(System.nanoTime())).isTrue();
	}

	@Test
	void waitingEndsAtOnceWhenAServiceFails() throws InterruptedException {
		this.ledger.began(Place.PLANS);
		Thread failing = new Thread(() -> this.ledger.fail(new ChainException("Service 'plans' ended.")));
		failing.start();

		assertThatThrownBy(() -> this.ledger.awaitIdle(System.nanoTime() + Duration.ofSeconds(50).toNanos()))
			.isInstanceOf(ChainException.class)
			.hasMessage("Service 'plans' ended.");
		failing.join();
	}

	@Test
	void firstReasonOfARunIsKept() {
		this.ledger.began(Place.TRIPS);
		this.ledger.cancelled(Place.TRIPS, "DISCONNECTED");
		this.ledger.cancelled(Place.TRIPS, "DEADLINE");
		this.ledger.ended(Place.TRIPS);

		assertThat(this.ledger.stays().get(Place.TRIPS).kind()).isEqualTo("DISCONNECTED");

		this.ledger.startAfresh();

		assertThat(this.ledger.stays()).isEmpty();
	}

}
