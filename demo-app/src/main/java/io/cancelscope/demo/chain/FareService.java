package io.cancelscope.demo.chain;

import java.util.concurrent.CompletableFuture;

import io.cancelscope.grpc.trips.Fare;
import io.cancelscope.grpc.trips.FareRequest;
import io.cancelscope.grpc.trips.FaresGrpc.FaresImplBase;
import io.grpc.stub.StreamObserver;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The third service: a query that takes two seconds, and beside it a call to a peer that
 * takes as long.
 */
class FareService extends FaresImplBase {

	/** By this the parent finds the query in the database. */
	static final String MARK = "/* chain */";

	private static final String QUERY = MARK + """
			 select cents
			from (values ('LIS', 18900), ('OSL', 9900)) as fare (destination, cents), pg_sleep(2)
			where destination = ?""";

	private final JdbcClient jdbc;

	private final SurchargeClient surcharges;

	private final Reports reports;

	FareService(JdbcClient jdbc, SurchargeClient surcharges, Reports reports) {
		this.jdbc = jdbc;
		this.surcharges = surcharges;
		this.reports = reports;
	}

	@Override
	public void find(FareRequest request, StreamObserver<Fare> answer) {
		Reports.Busy busy = this.reports.busy();
		try (busy) {
			CompletableFuture<Long> surcharge = this.surcharges.ask();
			long cents = this.jdbc.sql(QUERY).param(request.getDestination()).query(Long.class).single();
			answer.onNext(Fare.newBuilder().setCents(cents + surcharge.join()).build());
			answer.onCompleted();
		}
	}

}
