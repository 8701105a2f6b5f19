package io.cancelscope.benchmarks.load;

import java.time.Duration;

import io.cancelscope.spring.CancelScoped;

import org.springframework.transaction.annotation.Transactional;

/**
 * What the application does in the database. The annotation of scopes says nothing where
 * scopes are off.
 */
class Bookings {

	private final Seats seats;

	Bookings(Seats seats) {
		this.seats = seats;
	}

	/** Waits for a connection before anything else. */
	@Transactional
	public void book(int id) {
		this.seats.hold(id);
	}

	/** The part that has a connection. */
	static class Seats {

		private static final Duration TIME = Duration.ofMillis(100);

		private final Errands errands;

		private final Costs costs;

		Seats(Errands errands, Costs costs) {
			this.errands = errands;
			this.costs = costs;
		}

		/** Not worth beginning for a client who will be gone when it ends. */
		@CancelScoped(requires = "200ms")
		public void hold(int id) {
			long start = System.nanoTime();
			try {
				this.errands.query(id, TIME);
			}
			finally {
				this.costs.database(id, start, System.nanoTime());
			}
		}

	}

}
