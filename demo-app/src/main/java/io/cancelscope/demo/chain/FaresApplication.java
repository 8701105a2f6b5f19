package io.cancelscope.demo.chain;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * The third service: gRPC in, SQL and HTTP out.
 */
@EnableAutoConfiguration
@EnableAsync
@Import({ FareService.class, SurchargeClient.class })
class FaresApplication {

}
