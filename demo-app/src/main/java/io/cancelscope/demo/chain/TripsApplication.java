package io.cancelscope.demo.chain;

import io.cancelscope.grpc.trips.TripsGrpc;
import io.cancelscope.grpc.trips.TripsGrpc.TripsStub;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * The first service: HTTP in, gRPC out. Not a component, so that the trip desk does not
 * find it.
 */
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@Import(TripController.class)
class TripsApplication {

	@Bean
	TripsStub trips(GrpcChannelFactory channels) {
		return TripsGrpc.newStub(channels.createChannel("next"));
	}

}
