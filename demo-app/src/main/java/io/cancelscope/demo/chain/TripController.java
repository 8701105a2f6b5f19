package io.cancelscope.demo.chain;

import java.util.concurrent.CompletableFuture;

import io.cancelscope.grpc.trips.Plan;
import io.cancelscope.grpc.trips.PlanRequest;
import io.cancelscope.grpc.trips.TripsGrpc.TripsStub;
import io.grpc.stub.StreamObserver;

import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The first service. It answers without a thread that waits: Tomcat notices the client's
 * leaving only where no handler blocks. The profile keeps it out of the trip desk.
 */
@RestController
@Profile("chain")
class TripController {

	private final TripsStub trips;

	private final Reports reports;

	TripController(TripsStub trips, Reports reports) {
		this.trips = trips;
		this.reports = reports;
	}

	@GetMapping("/trips")
	CompletableFuture<Trip> plan(@RequestParam String to) {
		Reports.Busy busy = this.reports.busy();
		PlanAnswer answer = new PlanAnswer();
		CompletableFuture<Trip> trip = answer.thenApply((plan) -> new Trip(plan.getDestination(), plan.getCents()))
			.whenComplete((plan, ex) -> busy.close());
		try {
			this.trips.plan(PlanRequest.newBuilder().setDestination(to).build(), answer);
		}
		catch (RuntimeException ex) {
			answer.onError(ex);
		}
		return trip;
	}

	/** What the client gets. */
	record Trip(String destination, long cents) {
	}

	/** The one message of the answer. */
	private static final class PlanAnswer extends CompletableFuture<Plan> implements StreamObserver<Plan> {

		@Override
		public void onNext(Plan plan) {
			complete(plan);
		}

		@Override
		public void onError(Throwable ex) {
			completeExceptionally(ex);
		}

		@Override
		public void onCompleted() {
			// Ignored: the message has completed it.
		}

	}

}
