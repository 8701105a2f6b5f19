package io.cancelscope.demo.chain;

import io.cancelscope.grpc.trips.Fare;
import io.cancelscope.grpc.trips.FareRequest;
import io.cancelscope.grpc.trips.FaresGrpc.FaresBlockingStub;
import io.cancelscope.grpc.trips.Plan;
import io.cancelscope.grpc.trips.PlanRequest;
import io.cancelscope.grpc.trips.TripsGrpc.TripsImplBase;
import io.grpc.stub.StreamObserver;

/**
 * The second service: a handler that blocks until the third service has answered.
 */
class PlanService extends TripsImplBase {

	private final FaresBlockingStub fares;

	private final Reports reports;

	PlanService(FaresBlockingStub fares, Reports reports) {
		this.fares = fares;
		this.reports = reports;
	}

	@Override
	public void plan(PlanRequest request, StreamObserver<Plan> answer) {
		Reports.Busy busy = this.reports.busy();
		try (busy) {
			String destination = request.getDestination();
			Fare fare = this.fares.find(FareRequest.newBuilder().setDestination(destination).build());
			answer.onNext(Plan.newBuilder().setDestination(destination).setCents(fare.getCents()).build());
			answer.onCompleted();
		}
	}

}
