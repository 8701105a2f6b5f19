package io.cancelscope.demo.chain;

import io.cancelscope.grpc.trips.FaresGrpc;
import io.cancelscope.grpc.trips.FaresGrpc.FaresBlockingStub;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * The second service: gRPC in, gRPC out.
 */
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@Import(PlanService.class)
class PlansApplication {

	@Bean
	FaresBlockingStub fares(GrpcChannelFactory channels) {
		return FaresGrpc.newBlockingStub(channels.createChannel("next"));
	}

}
